"""What is in PostgreSQL is there again: after a restart, and after the database was away."""

import os
import shutil
import subprocess

from case import LabCase, desks, wait_until
from lab.site import USER


def stored_bindings(conninfo):
    """AORs in the table of bindings."""
    return subprocess.run(['runuser', '-u', USER, '--', 'psql', '-X', '-A', '-t', conninfo, '-c',
                           'select distinct aor from bindings'], capture_output=True, text=True, cwd='/',
                          check=False).stdout.split()


class Restart(LabCase):
    """A restarted home serves its phones' bindings before they register again (R7)."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001', '1002'))

    def test_planned(self):
        self.assertEqual(self.sip_phone('1001', self.north).register(expires=600).status, 200)
        self.assertEqual(self.north.stop(), 0)
        self.north.start()
        self.north.wait_ready()
        wait_until(lambda: '1001' in self.north.own_phones(), 5, 'the binding is back', pause=0.1)

    def test_killed(self):
        self.assertEqual(self.sip_phone('1002', self.north).register(expires=600).status, 200)
        embedded = f'host={self.north.state}/postgresql dbname=postgres'
        wait_until(lambda: '1002@innkeeper.test' in stored_bindings(embedded), 5, 'the binding is written')
        self.north.kill()
        self.north.start()
        self.north.wait_ready()
        wait_until(lambda: '1002' in self.north.own_phones(), 5, 'the binding is back', pause=0.1)


class Database:
    """A PostgreSQL server of the test's own, on loopback."""

    def __init__(self, folder, address):
        self.folder, self.data = folder, os.path.join(folder, 'data')
        self.conninfo = f'host={address} port=5432 user=postgres dbname=postgres connect_timeout=2'
        self.bin = subprocess.run(['pg_config', '--bindir'], capture_output=True, text=True,
                                  check=False).stdout.strip() or '/usr/lib/postgresql/15/bin'
        os.makedirs(folder)
        shutil.chown(folder, USER, USER)
        self._run('initdb', '-D', self.data, '-U', 'postgres', '-A', 'trust', '-N', '--no-instructions', '-E', 'UTF8',
                  '--locale=C')
        with open(os.path.join(self.data, 'postgresql.conf'), 'a', encoding='utf-8') as file:
            file.write(f"listen_addresses='{address}'\nunix_socket_directories=''\nfsync=off\n")

    def _run(self, program, *words):
        subprocess.run(['runuser', '-u', USER, '--', os.path.join(self.bin, program), *words], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd='/')

    def start(self):
        self._run('pg_ctl', '-D', self.data, '-w', '-s', '-l', os.path.join(self.folder, 'log'), 'start')

    def stop(self):
        self._run('pg_ctl', '-D', self.data, '-w', '-s', '-m', 'immediate', 'stop')


class DatabaseAway(LabCase):
    """With the database stopped registrations go on, and every binding is there after it returns (R8)."""

    @classmethod
    def open(cls):
        cls.database = Database(os.path.join(cls.lab.folder, 'database'), f'{cls.lab.network}.3.1')
        cls.database.start()
        cls.addClassCleanup(cls.database.stop)
        cls.site = cls.lab.add_site('north', users=desks('1001', '1002', '1003'), database=cls.database.conninfo)
        cls.site.prepare()
        migrated = cls.site.run('--migrate')
        if migrated.returncode:
            raise RuntimeError(migrated.stderr)
        cls.site.start()
        cls.site.wait_ready()
        cls.site.import_users(cls.site.users)

    def available(self):
        return self.site.ask('--status')['status']['database_available']

    def test_story(self):
        site = self.site
        self.sip_phone('1001', site).register_until(200, 5, pause=0.1, expires=600)
        self.database.stop()
        wait_until(lambda: not self.available(), 15, 'the loss is noticed', pause=0.1)
        for number in ('1002', '1003'):
            self.assertEqual(self.sip_phone(number, site).register(expires=600).status, 200)
        self.database.start()
        wait_until(self.available, 15, 'the database is back', pause=0.1)

        def written():
            return len(stored_bindings(site.settings['database'])) == 3
        wait_until(written, 15, 'every binding is written', pause=0.2)
        site.kill()
        site.start()
        site.wait_ready()
        wait_until(lambda: site.own_phones() == {'1001', '1002', '1003'}, 5, 'every binding is served', pause=0.1)
