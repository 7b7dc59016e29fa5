"""A home dies and all of its phones turn to the backup; see storm.sh."""

import argparse
import json
import os
import re
import subprocess
import sys
import threading
import time

from replicate import Control
from rivals import Innkeeper, Kamailio

from lab.lab import Lab  # on the path since rivals was imported
from lab.names import DOMAIN
from lab.process import wait_until

NETWORK = '127.90'
REGISTER_RATE = 5000  # first registrations per second at the home, before its end
PATIENCE = 900        # seconds until whoever is not in stays outside


class Phones:
    """All phones, played by one program: they remember what each server told them."""

    def __init__(self, program, home, backup, count):
        self.count = count
        self.child = subprocess.Popen([program, home, backup, DOMAIN, str(count)], stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)

    def order(self, line):
        print(line, file=self.child.stdin, flush=True)
        answer = self.child.stdout.readline()
        if not answer:
            raise RuntimeError(f'the phones ended during "{line}"')
        return json.loads(answer)

    def close(self):
        self.child.stdin.close()
        self.child.wait(10)


class Onlooker(threading.Thread):
    """What the backup says of itself while the storm lasts."""

    def __init__(self, site):
        super().__init__(daemon=True)
        self.control = Control(site)
        self.over = threading.Event()
        self.longest_queue, self.lowest_rate = 0, None

    def run(self):
        while not self.over.wait(0.1):
            admissions = self.control.ask('status')['admissions']
            self.longest_queue = max(self.longest_queue, admissions['waiting'])
            self.lowest_rate = min(self.lowest_rate or admissions['rate'], admissions['rate'])

    def end(self):
        self.over.set()
        self.join(10)


def lag_buckets(site):
    found = re.findall(r'^innkeeper_loop_lag_seconds_bucket{le="([^"]+)"} (\d+)$', site.get('/metrics')[1], re.M)
    return [(bound, int(count)) for bound, count in found]


def longest_lag(before, after):
    """The smallest bound that every measurement of the time between kept."""
    counted = after[-1][1] - before[-1][1]
    return next(bound for (bound, later), (_, earlier) in zip(after, before) if later - earlier == counted)


def report(name, phones, outcome):
    print(f'{name}, {phones} phones: in after {outcome["s50"]} s (half), {outcome["s95"]} s (95 %), '
          f'{outcome["s100"]} s (all)')
    print(f'    answers {outcome["answers"]}: median {outcome["p50_ms"]} ms, p99 {outcome["p99_ms"]} ms, longest '
          f'{outcome["longest_ms"]} ms; sent again {outcome["repeated"]}, wrong {outcome["wrong"]}')


def storm(words, phones_count):
    lab = Lab(words.daemon, NETWORK)
    try:
        settings = {'admission_rate': str(words.rate)} if words.rate else {}
        north = lab.add_site('north', backups=['south'])
        south = lab.add_site('south', **settings)
        south.prepare()
        home = Innkeeper(north, phones_count)
        home.start()
        south.start()
        south.wait_ready(60)
        phones = Phones(os.path.join(words.programs, 'innkeeper_storm_load'), north.address, south.address,
                        phones_count)
        registered = phones.order(f'home spread={phones_count / REGISTER_RATE} patience={PATIENCE}')
        if registered['in'] != phones_count:
            raise RuntimeError(f'not all phones registered at home: {registered}')
        at_south = Control(south)  # not before: it is closed when nothing is asked for a while
        wait_until(lambda: at_south.records_of('north') == phones_count and
                   at_south.peer('north')['registrations'] == phones_count, 120, 'the backup knows everybody')
        home.settle()
        time.sleep(2)
        before = lag_buckets(south)
        onlooker = Onlooker(south)
        onlooker.start()
        north.kill()
        spread = words.spread if words.spread is not None else phones_count / 10000
        outcome = phones.order(f'backup spread={spread} patience={PATIENCE}')
        onlooker.end()
        report('innkeeperd', phones_count, outcome)
        print(f'    told to wait {outcome["refused"]}, one phone at most {outcome["refused_at_most"]} times; promises '
              f'broken {outcome["broken"]}; refused while the home was not lost yet {outcome["not_yet"]}')
        print(f'    longest queue {onlooker.longest_queue}, lowest rate {onlooker.lowest_rate} a second, loop lag at '
              f'most {longest_lag(before, lag_buckets(south))} s', flush=True)
        phones.close()
        return outcome['broken'] == 0 and outcome['in'] == phones_count
    finally:
        lab.close()


def rival_storm(words, phones_count):
    lab = Lab(words.daemon, NETWORK)
    try:
        rival = Kamailio(lab, f'{NETWORK}.1.9', phones_count)
        rival.start()
        phones = Phones(os.path.join(words.programs, 'innkeeper_storm_load'), rival.address, rival.address,
                        phones_count)
        spread = words.spread if words.spread is not None else phones_count / 10000
        report('kamailio, no gatekeeping', phones_count, phones.order(f'backup spread={spread} patience={PATIENCE}'))
        phones.close()
    finally:
        lab.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--phones', type=int, nargs='+', default=[10000, 100000])
    parser.add_argument('--spread', type=float)
    parser.add_argument('--rate', type=int)
    parser.add_argument('--kamailio', action='store_true')
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--programs', required=True)
    words = parser.parse_args()
    good = True
    for count in words.phones:
        good = storm(words, count) and good
        if words.kamailio:
            rival_storm(words, count)
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
