#!/usr/bin/python3
"""The main job, end to end, on one machine: north dies, its phones become guests in the south, and go home again."""

import argparse
import os
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from lab.calls import call, hang_up  # noqa: E402
from lab.lab import Lab  # noqa: E402
from lab.phones import Baresip  # noqa: E402
from lab.process import Gone, wait_until  # noqa: E402

# A phone that knocks before its home is known to be lost is refused and waits by its own back-off: 30 to 60 s. A phone
# over UDP gives a dead server up after 32 s and waits as long again.
ALL_GUESTS_WITHIN = 75
ALL_HOME_WITHIN = 110

# Sites notice a death sooner, and trust a return sooner, than with the defaults: for a spectator's sake.
SETTINGS = {'heartbeat_interval': '200ms', 'suspect_after': '600ms', 'lost_after_witnessed': '1s',
            'failback_after': '40s', 'homeless_grace': '20s'}

NORTH_TCP, NORTH_UDP, OTHERS = ('1001', '1002', '1003', '1004'), ('1005',), {'south': '2001', 'west': '3001'}


class Timeline:
    """Lines with the seconds since the show began; colour only on a terminal."""

    def __init__(self):
        self.began = time.monotonic()
        self.colour = sys.stdout.isatty() and 'NO_COLOR' not in os.environ

    def paint(self, code, text):
        return f'\x1b[{code}m{text}\x1b[0m' if self.colour else text

    def say(self, text, code=None):
        seconds = f'{time.monotonic() - self.began:7.1f} s'
        print(f'{self.paint("2", seconds)}  {self.paint(code, text) if code else text}', flush=True)

    def title(self, text):
        print(f'\n{self.paint("1", text)}', flush=True)


def build_lab(daemon):
    lab = Lab(daemon)
    ring = {'north': 'south', 'south': 'west', 'west': 'north'}
    for name, backup in ring.items():
        users = [(number, 'desk') for number in NORTH_TCP + NORTH_UDP] if name == 'north' else [(OTHERS[name], 'desk')]
        lab.add_site(name, backups=[backup], users=users, **SETTINGS)
    return lab


def plug_in_phones(lab):
    north, south = lab.sites['north'], lab.sites['south']
    for turn, number in enumerate(NORTH_TCP):
        lab.phones.append(Baresip(lab.folder, number, 'north', 'tcp', lab.phone_address(), lab.names.address,
                                  refresh_percent=11 + 2 * turn))
    for number in NORTH_UDP:
        lab.phones.append(Baresip(lab.folder, number, 'north', 'udp', lab.phone_address(), lab.names.address,
                                  registrars=[north.address, south.address], refresh_percent=10))
    for name, number in OTHERS.items():
        lab.phones.append(Baresip(lab.folder, number, name, 'tcp', lab.phone_address(), lab.names.address,
                                  refresh_percent=15))
    for phone in lab.phones:
        phone.plug_in()


def watch(show, look, wanted, seconds, line):
    """Tells of each phone that look() newly finds, until all that are wanted were found."""
    seen, began = set(), time.monotonic()

    def all_seen():
        for number in sorted(look() - seen):
            seen.add(number)
            show.say(line(number, time.monotonic() - began))
        return wanted <= seen

    wait_until(all_seen, seconds, lambda: f'{len(wanted)} phones were seen; missing: {sorted(wanted - seen)}',
               pause=0.1)
    return time.monotonic() - began


def show_call(lab, show, where):
    """A phone of south calls one of north: the number is the same, wherever that phone is."""
    caller, callee = (next(phone for phone in lab.phones if phone.user == number)
                      for number in (OTHERS['south'], NORTH_TCP[0]))
    took = call(caller, callee)
    show.say(f'{caller.user} calls {callee.user}, {where}: they talk after {took:.1f} s', '36')
    hang_up(caller, callee)


def tables(lab, show):
    for site in lab.sites.values():
        if not site.process.running():
            continue
        show.title(f'innkeeperd --status   ({site.name})')
        print(site.run('--status').stdout.rstrip(), flush=True)


def main_job(lab, show):
    north, south = lab.sites['north'], lab.sites['south']
    phones = set(NORTH_TCP + NORTH_UDP)

    show.title('Three sites open. Each has its own users and its own database; north is backed up by south.')
    lab.start()
    for site in lab.sites.values():
        show.say(f'{site.name:5} serves {site.address}, backed up by {site.backups[0]}, {len(site.users)} users')

    show.title('Seven phones (baresip) register at their homes: five of north, one of south, one of west.')
    print('  1001 to 1004 speak TCP: they ask the name server, and try their home first, their backup second.\n'
          '  1005 speaks UDP: it registers with both at once, and its own timers make it knock about once a minute.')
    plug_in_phones(lab)
    watch(show, lambda: {f'{number} at {site.name}' for site in lab.sites.values() for number in site.own_phones()},
          {f'{number} at north' for number in phones} | {f'{number} at {name}' for name, number in OTHERS.items()}, 20,
          lambda phone, _: f'phone {phone}')
    show_call(lab, show, 'which is at home in the north')

    show.title('North dies (kill -9). Its phones knock in the south, which lets nobody in before it is sure.')
    north.kill()
    show.say('north is dead', '31')
    took = watch(show, lambda: south.guests_of('north'), phones, ALL_GUESTS_WITHIN,
                 lambda number, after: f'phone {number} is a guest in the south, {after:.1f} s after the kill')
    show.say(f'all phones of north are served again, {took:.1f} s after the kill', '32')
    show_call(lab, show, 'now a guest in the south')
    tables(lab, show)

    show.title('North comes back. Its phones find their way home.')
    of_north = [phone for phone in lab.phones if phone.user in phones]
    before = {phone: phone.grants(north.address) for phone in of_north}
    north.start()
    show.say('north starts')
    north.wait_ready(30)
    show.say('north is ready', '32')
    took = watch(show, lambda: {phone.user for phone in of_north if phone.grants(north.address) > before[phone]}, phones,
                 ALL_HOME_WITHIN,
                 lambda number, after: f'phone {number} is home again, {after:.1f} s after the return')
    wait_until(lambda: not south.guests_of('north'), 10, 'south has no guest of north left', pause=0.1)
    show.say(f'all phones of north are home again, {took:.1f} s after the return; south has no guest left', '32')
    show_call(lab, show, 'at home again')
    tables(lab, show)


def stay(lab, show):
    show.title('The sites stay open until Ctrl-C. Try, in another terminal:')
    for flag in ('--registrations', '--peers', f'--explain sip:{NORTH_TCP[0]}@innkeeper.test'):
        print(f'  {lab.daemon} --config {lab.sites["south"].config} {flag}')
    print(f'  curl http://{lab.sites["south"].address}:9000/metrics', flush=True)
    while True:
        signal.pause()


def interrupt(*_):
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('daemon', help='innkeeperd to show')
    parser.add_argument('--once', action='store_true', help='end after the show')
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGHUP, interrupt)
    show = Timeline()
    print('Settings that differ from the defaults, to make the show short:\n  '
          + ', '.join(f'{key.replace("_", "-")}={value}' for key, value in SETTINGS.items()))
    lab = build_lab(options.daemon)
    try:
        main_job(lab, show)
        if not options.once:
            stay(lab, show)
        print('\nAll went right.')
        return 0
    except KeyboardInterrupt:
        print('\nClosing.')
        return 130 if options.once else 0
    except (Gone, RuntimeError) as trouble:
        print(f'\nThis went wrong: {trouble}', file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        lab.close()


if __name__ == '__main__':
    sys.exit(main())
