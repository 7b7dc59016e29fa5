"""How fast a peer knows what a site knows; see peers.sh."""

import argparse
import json
import os
import socket
import statistics
import sys
import time

from rivals import FIRST_NUMBER, HERE, Generator, Innkeeper, WrongAnswers

sys.path.insert(0, os.path.join(os.path.dirname(HERE), 'e2e'))

from lab.lab import Lab  # noqa: E402  (on the path since rivals was imported)
from lab.process import wait_until  # noqa: E402
from sip_phone import SipPhone  # noqa: E402

NETWORK = '127.89'
SINGLES = 20  # phones that register one by one, each timed


class Control:
    """The control socket of a daemon, kept open: asking costs well under a millisecond."""

    def __init__(self, site):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(os.path.join(site.folder, 'control'))
        self.file = self.socket.makefile('rw')

    def ask(self, command):
        self.file.write(json.dumps({'schema': 1, 'command': command}) + '\n')
        self.file.flush()
        return json.loads(self.file.readline())[command]

    def peer(self, name):
        return next(peer for peer in self.ask('peers') if peer['site'] == name)

    def records_of(self, home):
        return next((row['records'] for row in self.ask('status')['homes'] if row['home'] == home), 0)


def copy_seconds(north, south, users, registered):
    """From north's link to a south that knows nothing, to all registrations and records there."""
    at_north = Control(north)
    south.start()
    wait_until(lambda: at_north.peer('south')['link_up'], 60, 'the link is up', pause=0.001)
    up = time.monotonic()
    at_south = Control(south)
    wait_until(lambda: at_south.peer('north')['registrations'] == registered, 60,
               lambda: f'all registrations are at the peer ({at_south.peer("north")})', pause=0.002)
    registrations = time.monotonic() - up
    wait_until(lambda: at_south.records_of('north') == users, 60,
               lambda: f'all records are at the peer ({at_south.records_of("north")})', pause=0.002)
    return registrations, time.monotonic() - up


def publish_milliseconds(north, south, registered):
    """From a phone's 200 OK at north until south knows it, one phone after another."""
    at_south = Control(south)
    waits = []
    for number in range(FIRST_NUMBER + registered, FIRST_NUMBER + registered + SINGLES):
        phone = SipPhone(str(number), f'secret-{number}', north.address, f'{NETWORK}.2.1')
        answer = phone.register()
        answered = time.monotonic()
        phone.close()
        if not answer or answer.status != 200:
            raise WrongAnswers(f'phone {number} was answered {answer}')
        registered += 1
        wait_until(lambda: at_south.peer('north')['registrations'] == registered, 10, 'the peer knows the phone',
                   pause=0.0005)
        waits.append(1000 * (time.monotonic() - answered))
    return waits


def replicate(lab, load, users):
    registered = users - SINGLES
    udp = {site: f'udp:{NETWORK}.1.{number}:5060' for number, site in enumerate(('north', 'south'), 1)}
    north = lab.add_site('north', backups=['south'], listen=udp['north'])
    south = lab.add_site('south', listen=udp['south'])
    south.prepare()
    server = Innkeeper(north, users)
    server.start()
    phones = Generator(load, server, registered)
    phones.run(f'challenge {registered}')
    phones.close()
    server.settle()
    registrations, whole = copy_seconds(north, south, users, registered)
    waits = publish_milliseconds(north, south, registered)
    print(f'{registered} registrations at a fresh peer {registrations:.2f} s after the link is up, with {users} users '
          f'{whole:.2f} s')
    print(f'one registration known at the peer after its 200 OK: median {statistics.median(waits):.1f} ms, '
          f'longest of {SINGLES} {max(waits):.1f} ms')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--users', type=int, default=100000)
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--programs', required=True)
    words = parser.parse_args()
    lab = Lab(words.daemon, NETWORK)
    try:
        replicate(lab, os.path.join(words.programs, 'innkeeper_sip_load'), words.users)
    except WrongAnswers as problem:
        sys.exit(str(problem))
    finally:
        lab.close()


if __name__ == '__main__':
    main()
