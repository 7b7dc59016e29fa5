"""Servers to be measured, all alike on the outside: each on CPU 0, at its own loopback address, port 5060."""

import glob
import json
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(HERE)), 'etc'))

from lab.names import DOMAIN  # noqa: E402
from lab.process import Process, wait_until  # noqa: E402
from lab.site import Site  # noqa: E402

FIRST_NUMBER = 1000000
SERVER_CPU, GENERATOR_CPU = 0, 1


def on_cpu(cpu, argv):
    return ['taskset', '--cpu-list', str(cpu), *argv]


def children_of(pid):
    """`pid` and all that descend from it."""
    found = [pid]
    for task in glob.glob(f'/proc/{pid}/task/*/children'):
        with open(task, encoding='ascii') as file:
            for child in file.read().split():
                found += children_of(int(child))
    return found


def cpu_microseconds(pids):
    """Time on a CPU, of all threads together, as the scheduler counts it."""
    total = 0
    for pid in pids:
        for task in glob.glob(f'/proc/{pid}/task/*/schedstat'):
            with open(task, encoding='ascii') as file:
                total += int(file.read().split()[0])
    return total / 1000


def memory(pids):
    """Octets of proportional set size."""
    total = 0
    for pid in pids:
        with open(f'/proc/{pid}/smaps_rollup', encoding='ascii') as file:
            total += int(re.search(r'^Pss:\s+(\d+)', file.read(), re.M).group(1)) * 1024
    return total


class PinnedSite(Site):
    """A site of a lab on the servers' CPU."""

    def command(self, *words):
        return on_cpu(SERVER_CPU, super().command(*words))


class Innkeeper:
    """The daemon with its embedded PostgreSQL, run by its own user, the users imported."""
    name = 'innkeeperd'

    def __init__(self, site, users):
        self.site, self.address, self.users = site, site.address, users

    def start(self):
        self.site.prepare()
        self.site.start()
        self.site.wait_ready(60)
        self.import_users()

    def import_users(self):
        numbers = range(FIRST_NUMBER, FIRST_NUMBER + self.users)
        file = self.site.users_file((number, 'desk') for number in numbers)
        done = self.site.run('--import-users', file, seconds=300)
        if done.returncode:
            raise RuntimeError(f'--import-users: {done.stdout}{done.stderr}')
        wait_until(lambda: self.site.ask('--status')['status']['users'] == self.users, 60, 'all users are known')

    def settle(self):
        """Until all rows are in the database."""
        wait_until(lambda: re.search(r'^innkeeper_database_backlog_rows 0$', self.site.get('/metrics')[1], re.M), 120,
                   'all rows are written', pause=0.2)

    def pids(self):
        return [self.site.process.pid]

    def database_pids(self):
        return children_of(self.site.process.pid)[1:]


class Kamailio:
    name = 'kamailio'

    def __init__(self, lab, address, users):
        self.lab, self.address, self.users = lab, address, users
        self.process = None

    def start(self):
        folder = os.path.join(self.lab.folder, 'kamailio')
        os.mkdir(folder)
        with open(os.path.join(HERE, 'kamailio.cfg'), encoding='utf-8') as file:
            text = file.read()
        for word, value in {'ADDRESS': self.address, 'DOMAIN': DOMAIN, 'USERS': str(self.users)}.items():
            text = text.replace(f'BENCH_{word}', value)
        configuration = os.path.join(folder, 'kamailio.cfg')
        with open(configuration, 'w', encoding='utf-8') as file:
            file.write(text)
        self.process = Process(on_cpu(SERVER_CPU, ['kamailio', '-DD', '-E', '-x', 'tlsf', '-m', '1024', '-M', '32', '-Y',
                                                   folder, '-P', os.path.join(folder, 'pid'), '-f', configuration]),
                               os.path.join(folder, 'log'))
        wait_until(self.listens, 60, lambda: f'kamailio listens; its log:\n{self.process.output()[-2000:]}')

    def listens(self):
        found = subprocess.run(['ss', '-Hlun', f'src {self.address}:5060'], capture_output=True, text=True, check=True)
        return self.address in found.stdout and len(self.pids()) > 1

    def settle(self):
        pass

    def pids(self):
        return children_of(self.process.pid)

    def database_pids(self):
        return []


class Echo:
    """No server at all: the limit of one core."""
    name = 'UDP echo'

    def __init__(self, lab, address, program):
        self.lab, self.address, self.program = lab, address, program
        self.process = None

    def start(self):
        self.process = Process(on_cpu(SERVER_CPU, [self.program, self.address, '5060', '420']),
                               os.path.join(self.lab.folder, 'echo.log'))
        wait_until(lambda: self.address in subprocess.run(['ss', '-Hlun', f'src {self.address}:5060'],
                                                          capture_output=True, text=True, check=True).stdout,
                   10, 'the echo listens')

    def settle(self):
        pass

    def pids(self):
        return [self.process.pid]

    def database_pids(self):
        return []


class WrongAnswers(Exception):
    """What was measured does not count."""


class Generator:
    """The load generator's phones of one server, on CPU 1 for as long as the server lives."""

    def __init__(self, program, server, users):
        self.server = server
        self.child = subprocess.Popen(on_cpu(GENERATOR_CPU, [program, server.address, '5060', DOMAIN, str(users)]),
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, stretch):
        """The outcome of a stretch of load, with the server's CPU per transaction."""
        pids, database = self.server.pids(), self.server.database_pids()
        before, before_database = cpu_microseconds(pids), cpu_microseconds(database)
        print(stretch, file=self.child.stdin, flush=True)
        line = self.child.stdout.readline()
        if not line:
            raise WrongAnswers(f'the load generator ended during "{stretch}" at {self.server.name}')
        outcome = json.loads(line)
        outcome['cpu_us'] = (cpu_microseconds(pids) - before) / outcome['good'] if outcome['good'] else 0
        outcome['database_cpu_us'] = (cpu_microseconds(database) - before_database) / max(1, outcome['good'])
        if outcome['wrong'] or outcome['missing']:
            raise WrongAnswers(f'{self.server.name}, "{stretch}": {outcome["wrong"]} answers were wrong, '
                               f'{outcome["missing"]} missing')
        return outcome

    def close(self):
        self.child.stdin.close()
        self.child.wait(10)
