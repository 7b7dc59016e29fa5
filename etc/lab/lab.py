"""A lab: sites, phones and a name server on loopback addresses, in one folder that goes when the lab goes."""

import atexit
import contextlib
import itertools
import os
import shutil
import subprocess
import tempfile

from . import process
from .names import NameServer
from .site import USER, Site, make_system_user

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Lab:
    """`network` is the first half of the lab's addresses, such as 127.81: sites are at NETWORK.1.N, phones at
    NETWORK.2.N, the name server at NETWORK.1.53."""

    def __init__(self, daemon, network='127.81'):
        make_system_user()
        self.daemon, self.network = daemon, network
        self.folder = tempfile.mkdtemp(prefix='innkeeper-lab-', dir='/tmp')
        os.chmod(self.folder, 0o755)
        self.sites, self.phones = {}, []
        self.places = {}  # by site or room, where each has a network of its own: context managers
        self.free_addresses = {None: (f'{self.network}.2.{number}' for number in itertools.count(1))}
        self.names = None
        self.closed = False
        atexit.register(self.close)

    def add_site(self, name, **words):
        self.sites[name] = Site(self, name, f'{self.network}.1.{len(self.sites) + 1}', **words)
        return self.sites[name]

    def certificate(self, name):
        """Paths of the certificate and key of a site, and of the root that signed it."""
        folder = os.path.join(self.folder, 'certificates')
        if not os.path.isdir(folder):
            self.make_certificates(folder)
        return tuple(os.path.join(folder, found) for found in (f'{name}.pem', f'{name}.key', 'ca.pem'))

    def make_certificates(self, folder):
        """A root and, signed by it, a certificate for every site, readable for the daemons."""
        subprocess.run([os.path.join(ROOT, 'etc', 'make-test-ca.sh'), '-d', '90', folder,
                        *(f'{site.name},DNS:{site.host}' for site in self.sites.values())], check=True,
                       capture_output=True)
        for found in ['.', *os.listdir(folder)]:
            shutil.chown(os.path.join(folder, found), USER)

    def start(self):
        """All sites up, with their users, and every one ready."""
        for site in self.sites.values():
            site.prepare()
        for site in self.sites.values():
            site.start()
        for site in self.sites.values():
            site.wait_ready(60)
            if site.users:
                site.import_users(site.users)
        with self.place('names'):
            self.names = NameServer(self.folder, f'{self.network}.1.53', self.sites)

    def place(self, name):
        """`with lab.place(name):` sockets are opened, and programs started, on the network of that site or room."""
        return self.places.get(name, contextlib.nullcontext())

    def phone_address(self, room=None):
        """One that no other phone has; of that room's, where rooms have networks of their own."""
        return next(self.free_addresses[room])

    def close(self):
        if self.closed:
            return
        self.closed = True
        process.end_all()
        for site in self.sites.values():
            site.clean_up()
        shutil.rmtree(self.folder, ignore_errors=True)
