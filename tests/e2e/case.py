"""What every end-to-end case stands on: a lab of installed daemons on a network of its own."""

import itertools
import os
import re
import signal
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), 'etc'))

from lab.lab import Lab  # noqa: E402
from lab.phones import Baresip  # noqa: E402
from lab.process import Process, wait_until  # noqa: E402
from sip_phone import SipPhone  # noqa: E402

DAEMON = os.environ['LAB_DAEMON']
SANITIZED = 'ASAN_OPTIONS' in os.environ  # that runtime makes mlock do nothing

SIPP_GRANTED = (97,)  # how sipp ends where a scenario stops it
CASE_SECONDS = 150  # less than what ctest allows, so that a case that hangs still closes its lab


def _give_up(number, _):
    raise TimeoutError(f'the case was ended by {signal.Signals(number).name}')


for _signal in (signal.SIGALRM, signal.SIGTERM, signal.SIGHUP):
    signal.signal(_signal, _give_up)
signal.alarm(CASE_SECONDS)


def take_time(seconds):
    """This case may take longer than others."""
    signal.alarm(seconds)


REPORT = re.compile(r'(runtime error:|(Address|Leak|Thread)Sanitizer|assertion_failed)[\s\S]{,4000}')

_networks = itertools.count(90)


def desks(*numbers):
    return [(number, 'desk') for number in numbers]


class LabCase(unittest.TestCase):
    """A case names its sites in open(); one lab serves all methods of a case, and closes with it."""

    network = None  # such as 127.89: one that no other case has, for a case that runs beside others

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab(DAEMON, cls.network or f'127.{next(_networks)}')
        cls.addClassCleanup(cls.close)
        try:
            cls.open()
        except BaseException:
            cls.tell_logs()
            raise

    @classmethod
    def open(cls):
        raise NotImplementedError

    @classmethod
    def close(cls):
        """Ends the lab; what a sanitizer or an assertion of the house reported, in any daemon's any life, is a failure."""
        if cls.lab.closed:
            return
        for site in cls.lab.sites.values():
            if site.process and site.process.running():
                site.stop()
        reports = []
        for site in cls.lab.sites.values():
            for life in range(1, site.lives + 1):
                with open(f'{site.folder}/log.{life}', encoding='utf-8', errors='replace') as file:
                    found = REPORT.search(file.read())
                if found:
                    reports.append(f'{site.name}, life {life}: {found.group()}')
        cls.lab.close()
        if reports:
            raise AssertionError('\n'.join(reports))

    @classmethod
    def tell_logs(cls):
        for site in cls.lab.sites.values():
            if site.process:
                print(f'--- log of {site.name} ends:\n{site.tail(60)}', file=sys.stderr)

    def run(self, result=None):
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            self.tell_logs()

    @classmethod
    def three_sites(cls, north=(), south=(), west=(), **settings):
        """north is backed up by south, south by west, west by north; settings are those of all three."""
        lab = cls.lab
        cls.north = lab.add_site('north', backups=['south'], users=north, **settings)
        cls.south = lab.add_site('south', backups=['west'], users=south, **settings)
        cls.west = lab.add_site('west', backups=['north'], users=west, **settings)
        lab.start()
        cls.wait_for_records(cls.south, 'north', len(north))

    @staticmethod
    def wait_for_records(backup, home, count):
        """Until the backup could serve all users of a home."""
        def held():
            homes = {row['home']: row for row in backup.ask('--status')['status']['homes']}
            return home in homes and homes[home]['records'] >= count
        wait_until(held, 15, f'{backup.name} holds {count} records of {home}', pause=0.1)

    def phase(self, backup, home):
        return {row['home']: row for row in backup.ask('--status')['status']['homes']}[home]['phase']

    def wait_for_phase(self, backup, home, phase, seconds):
        wait_until(lambda: self.phase(backup, home) == phase, seconds,
                   lambda: f'{home} is {phase} at {backup.name} (it is {self.phase(backup, home)})', pause=0.1)

    def sip_phone(self, number, site, room=None, **words):
        """A scripted phone that talks to `site`."""
        phone = SipPhone(number, f'secret-{number}', site.address, self.lab.phone_address(room),
                         ca=self.lab.certificate(site.name)[2], place=self.lab.place(room), **words)
        self.addCleanup(phone.close)
        return phone

    def baresip(self, number, site, transport, room=None, **words):
        phone = Baresip(self.lab.folder, number, site.name, transport, self.lab.phone_address(room),
                        self.lab.names.address, ca=self.lab.certificate(site.name)[2], place=self.lab.place(room),
                        **words)
        phone.plug_in()
        self.addCleanup(phone.unplug)
        return phone

    def sipp(self, scenario, number, site, *flags, transport='u1'):
        """sipp plays a scenario of this folder as `number` against `site`."""
        folder = os.path.join(self.lab.folder, f'sipp-{number}')
        os.mkdir(folder)
        users = os.path.join(folder, 'users.csv')
        with open(users, 'w', encoding='utf-8') as file:
            file.write(f'SEQUENTIAL\n{number};[authentication username={number} password=secret-{number}]\n')
        process = Process(['sipp', f'{site.address}:5060', '-sf', os.path.join(HERE, scenario), '-inf', users, '-t',
                           transport, '-i', self.lab.phone_address(), '-nostdin', *flags],
                          os.path.join(folder, 'log'), cwd=folder, env={'TERM': 'dumb'})
        self.addCleanup(lambda: process.stop(5))
        return process

    def seconds(self, began):
        return time.monotonic() - began
