"""One site of a lab: its configuration, its users, its daemon."""

import http.client
import json
import os
import shutil
import signal
import subprocess

from .names import DOMAIN
from .process import Process, wait_until

USER = 'innkeeper'


def make_system_user():
    """The unprivileged user that daemons started as root run as."""
    if subprocess.run(['id', USER], capture_output=True, check=False).returncode:
        subprocess.run(['useradd', '--system', '--no-create-home', '--home-dir', '/nonexistent', '--shell',
                        '/usr/sbin/nologin', USER], check=True)


class Site:
    """`address` is the site's own; `settings` are options of its configuration file, more or in place of the usual."""

    def __init__(self, lab, name, address, backups=(), users=(), **settings):
        self.lab, self.name, self.address, self.backups, self.users = lab, name, address, list(backups), list(users)
        self.host = f'{name}.{DOMAIN}'
        self.settings = settings
        self.folder = os.path.join(lab.folder, name)
        self.config = os.path.join(self.folder, 'innkeeper.conf')
        self.state = os.path.join(self.folder, 'state')
        self.process = None
        self.launch = Process  # or a supervisor's: (argv, log) to a process
        self.lives = 0
        self.place = lab.place(name)

    def prepare(self):
        """Writes everything the daemon needs to find."""
        os.makedirs(self.state)
        shutil.chown(self.folder, USER, USER)
        shutil.chown(self.state, USER, USER)
        certificate, key, root = self.lab.certificate(self.name)
        lines = [('site', self.name), ('domain', DOMAIN), ('listen', f'udp:{self.address}:5060'),
                 ('listen', f'tcp:{self.address}:5060'), ('listen', f'tls:{self.address}:5061'),
                 ('peer-listen', f'{self.address}:7000'), ('http-listen', f'{self.address}:9000'),
                 ('tls-certificate', certificate), ('tls-key', key), ('tls-ca', root), ('state-directory', self.state),
                 ('control-socket', f'{self.folder}/control'), ('user', USER)]
        lines += [('peer', f'{peer.name}={peer.address}:7000') for peer in self.lab.sites.values() if peer is not self]
        lines += [('backup', backup) for backup in self.backups]
        own = {key.replace('_', '-'): value for key, value in self.settings.items()}
        lines = [line for line in lines if line[0] not in own]
        for key, value in own.items():
            lines += [(key, one) for one in (value if isinstance(value, list) else [value])]
        with open(self.config, 'w', encoding='utf-8') as file:
            file.writelines(f'{key} = {value}\n' for key, value in lines)

    def users_file(self, users):
        """A CSV file for --import-users of (number, terminal) pairs."""
        path = os.path.join(self.folder, 'users.csv')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('aor,password,display_name,extension,terminal\n')
            for number, terminal in users:
                file.write(f'sip:{number}@{DOMAIN},secret-{number},Phone {number},{number},{terminal}\n')
        os.chmod(path, 0o600)
        shutil.chown(path, USER, USER)
        return path

    def command(self, *words):
        return [self.lab.daemon, '--config', self.config, *words]

    def run(self, *words, seconds=30):
        """Runs the daemon's program with these flags to its end."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, timeout=seconds, check=False)

    def start(self):
        self.lives += 1
        with self.place:
            self.process = self.launch(self.command(), self.log)

    @property
    def log(self):
        return os.path.join(self.folder, f'log.{self.lives}')

    def import_users(self, users):
        done = self.run('--import-users', self.users_file(users))
        if done.returncode:
            raise RuntimeError(f'{self.name}: --import-users: {done.stdout}{done.stderr}')

    def import_groups(self, *rows):
        """Hunt groups as rows of aor,members,strategy,overflow."""
        path = os.path.join(self.folder, 'groups.csv')
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(f'{row}\n' for row in ('aor,members,strategy,overflow', *rows))
        shutil.chown(path, USER, USER)
        done = self.run('--import-groups', path)
        if done.returncode:
            raise RuntimeError(f'{self.name}: --import-groups: {done.stdout}{done.stderr}')

    def wait_ready(self, seconds=30):
        """Until it would admit its own phones."""
        wait_until(self.ready, seconds, lambda: f'{self.name} is ready; its log ends:\n{self.tail()}')

    def ready(self):
        if not self.process.running():
            raise RuntimeError(f'{self.name} ended by itself:\n{self.tail()}')
        return self.get('/readyz')[0] == 200

    def get(self, path):
        """(status, text) of its HTTP server; status 0 when nobody answers."""
        try:
            link = http.client.HTTPConnection(self.address, 9000, timeout=2)
            with self.place:
                link.connect()
            link.request('GET', path)
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ''

    def ask(self, *flags):
        """The JSON answer of the running daemon to a control flag; None when it does not answer."""
        done = self.run(*flags, '--json', seconds=10)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def phones_registered(self, site, guest_of=None):
        """Numbers of the phones that this daemon knows to be registered with `site`."""
        report = self.ask('--registrations')
        rows = report['registrations'] if report else []
        return {row['aor'].partition('@')[0]
                for row in rows if row['site'] == site and row['guest_of'] == guest_of}

    def guests_of(self, home):
        """Numbers of the phones of `home` that are guests here."""
        return self.phones_registered(self.name, home)

    def own_phones(self):
        """Numbers of this site's own phones registered here."""
        return self.phones_registered(self.name)

    def kill(self):
        """The daemon dies as in a crash."""
        self.process.kill()

    def stop(self):
        """A planned stop; returns the exit code."""
        return self.process.stop(20)

    def tail(self, lines=30):
        return '\n'.join(self.process.output().splitlines()[-lines:]) if self.process else '(never started)'

    def clean_up(self):
        """Ends the daemon and, had it no time to, its database."""
        if self.process and self.process.running():
            self.process.signal(signal.SIGCONT)
            self.process.stop(10)
        for folder, _, files in os.walk(self.state):
            if 'postmaster.pid' in files:
                with open(os.path.join(folder, 'postmaster.pid'), encoding='utf-8') as file:
                    pid = int(file.readline())
                try:
                    os.kill(pid, signal.SIGINT)
                    wait_until(lambda: not os.path.exists(os.path.join(folder, 'postmaster.pid')), 10,
                               'the database is down')
                except ProcessLookupError:
                    pass
