"""A backup is restarted in the middle of a failover; secrets are looked for where they must not be; a site starts
without its database (IP8, R7, R8, R9, R22)."""

import hashlib
import os
import resource
import signal
import subprocess
import sys
import time

from case import SANITIZED, LabCase, desks, wait_until
from lab.names import DOMAIN
from lab.supervisor import Supervisor
from store_test import Database

RECORDS = 10000
FIRST = 200000
GUESTS = 20


def supervise(site, case):
    """To be called when the site is prepared."""
    supervisor = Supervisor(site.folder)
    case.addClassCleanup(supervisor.close)
    site.launch = supervisor.launch
    return supervisor


def north_and_its_backups(case, users):
    """north is backed up by south, whose memory is kept, and by west."""
    case.north = case.lab.add_site('north', backups=['south', 'west'], users=users)
    case.south = case.lab.add_site('south')
    case.west = case.lab.add_site('west')
    prepare = case.south.prepare

    def prepare_and_supervise():
        prepare()
        case.supervisor = supervise(case.south, case)
    case.south.prepare = prepare_and_supervise
    case.lab.start()
    for backup in (case.south, case.west):
        case.wait_for_records(backup, 'north', len(users))


class RestartedBackup(LabCase):
    """Guests are served again without a database, a home, or a new registration."""

    @classmethod
    def open(cls):
        north_and_its_backups(cls, desks(*(str(FIRST + number) for number in range(RECORDS))))

    def restart_south(self, how, phones):
        """Ends the backup by this signal and starts it at once; seconds until a guest has its 200."""
        known = self.south.guests_of('north')
        self.south.process.signal(how)
        self.south.process.wait(10)
        began = time.monotonic()
        self.south.start()
        phones[0].register_until(200, 20, pause=0.02)
        took = self.seconds(began)
        print(f'{signal.Signals(how).name}: a guest is refreshed {took:.2f} s after the start of the backup, which holds '
              f'{RECORDS} records', file=sys.stderr)
        self.assertLessEqual(known, self.south.guests_of('north'), 'guests are there before they register')
        for phone in phones:
            self.assertEqual(phone.register().status, 200)

    def test_story(self):
        phones = [self.sip_phone(str(FIRST + number), self.south) for number in range(GUESTS)]
        for phone in phones:
            phone.timeout = 0.2
        self.north.kill()
        for phone in phones:
            phone.register_until(200, 30, pause=0.2)
        for how in (signal.SIGKILL, signal.SIGABRT, signal.SIGKILL):  # SIGABRT: what a watchdog sends
            self.restart_south(how, phones)

        # After a boot nothing is kept: the home's other backup has the records.
        self.south.kill()
        self.supervisor.forget()
        began = time.monotonic()
        self.south.start()
        phones[0].register_until(200, 30, pause=0.05)
        print(f'after a boot: {self.seconds(began):.2f} s, with the records from another backup', file=sys.stderr)
        self.wait_for_records(self.south, 'north', RECORDS)
        self.assertEqual(self.phase(self.south, 'north'), 'active')


def needles_of(number):
    """What must not be found of a user: the password and its hashes, as octets and as hex digits."""
    password = f'secret-{number}'
    found = [password.encode()]
    for make in (hashlib.md5, hashlib.sha256):
        digest = make(f'{number}:{DOMAIN}:{password}'.encode()).digest()
        found += [digest, digest.hex().encode(), digest.hex().upper().encode()]
    return found


def files_with(folders, needles):
    """Files below the folders that hold one of these."""
    found = []
    for folder in folders:
        for path, _, names in os.walk(folder):
            for name in names:
                file = os.path.join(path, name)
                if not os.path.isfile(file):
                    continue
                with open(file, 'rb') as opened:
                    content = opened.read()
                if any(needle in content for needle in needles):
                    found.append(file)
    return found


class Secrets(LabCase):
    """What a backup holds of another home's users is in memory only: not on disk, not in a core file, not in a log."""

    @classmethod
    def open(cls):
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        north_and_its_backups(cls, desks('7001', '7002'))

    def mappings(self, pid):
        """(name, flags of the kernel) of every mapping."""
        name = ''
        with open(f'/proc/{pid}/smaps', encoding='utf-8') as file:
            for line in file:
                words = line.split()
                if '-' in words[0] and not words[0].endswith(':'):
                    name = ' '.join(words[5:])
                elif words[0] == 'VmFlags:':
                    yield name, words[1:]

    def test_story(self):
        north, south = self.north, self.south
        needles = needles_of('7001')
        phone = self.sip_phone('7001', south)
        north.kill()
        phone.register_until(200, 30, pause=0.2)

        # The search can find: the home keeps its own users' hashes in its database, the kept memory has the record.
        self.assertTrue(files_with([north.state], needles[1:]), 'the home has no HA1 in its database')
        self.assertTrue(any(needle in self.supervisor.contents() for needle in needles[1:]), 'the memory has no record')

        pid = south.process.pid
        kept = [flags for name, flags in self.mappings(pid) if 'memfd:innkeeper-records' in name]
        self.assertTrue(kept)
        for flags in kept:
            self.assertTrue(SANITIZED or 'lo' in flags, f'locked, never in swap: {flags}')
            self.assertIn('dd', flags, 'in no core file')
        with open(f'/proc/{pid}/limits', encoding='utf-8') as file:
            limit = next(line for line in file if line.startswith('Max core file size'))
        self.assertEqual(limit.split()[4:6], ['0', '0'])
        for file in ('cmdline', 'environ'):
            with open(f'/proc/{pid}/{file}', 'rb') as opened:
                content = opened.read()
            self.assertFalse(any(needle in content for needle in needles))

        # It aborts where a core file would be allowed, and is started again; rows are written, the database is closed.
        south.process.signal(signal.SIGABRT)
        south.process.wait(10)
        south.start()
        south.wait_ready()
        self.assertEqual(phone.register().status, 200)
        self.assertEqual(south.stop(), 0)
        places = [south.folder, '/dev/shm', f'/proc/{os.getpid()}/cwd/']
        self.assertEqual(files_with([place for place in places if os.path.isdir(place)], needles), [])
        journal = subprocess.run(['journalctl', '-q', '--no-pager', '-o', 'cat', '--since', '-10min'],
                                 capture_output=True, check=False)
        self.assertFalse(any(needle in journal.stdout for needle in needles))


class WithoutDatabase(LabCase):
    """A site whose database is away at the start serves the users that its backup's memory has of it (R8)."""

    @classmethod
    def open(cls):
        cls.database = Database(os.path.join(cls.lab.folder, 'database'), f'{cls.lab.network}.3.1')
        cls.database.start()
        cls.addClassCleanup(cls.database.stop)
        cls.north = cls.lab.add_site('north', backups=['south'], database=cls.database.conninfo)
        cls.south = cls.lab.add_site('south')
        for site in (cls.north, cls.south):
            site.prepare()
        migrated = cls.north.run('--migrate')
        if migrated.returncode:
            raise RuntimeError(migrated.stderr)
        for site in (cls.north, cls.south):
            site.start()
            site.wait_ready()
        cls.north.import_users(desks('1001', '1002'))
        cls.wait_for_records(cls.south, 'north', 2)

    def status(self):
        report = self.north.ask('--status')
        return report['status'] if report else {'users_borrowed': None}

    def test_story(self):
        phone = self.sip_phone('1001', self.north)
        self.assertEqual(phone.register().status, 200)
        self.north.kill()
        self.database.stop()
        began = time.monotonic()
        self.north.start()
        phone.register_until(200, 30, pause=0.1)
        print(f'without its database a site serves borrowed users {self.seconds(began):.2f} s after its start',
              file=sys.stderr)
        self.assertTrue(self.status()['users_borrowed'])
        self.north.wait_ready(5)  # it is looked at once a second
        self.database.start()
        wait_until(lambda: self.status()['users_borrowed'] is False, 15, 'its own users are loaded', pause=0.1)
        self.assertEqual(phone.register().status, 200)
