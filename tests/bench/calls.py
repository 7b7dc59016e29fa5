"""Calls through innkeeperd and through Kamailio, in turns, round after round; see calls.sh."""

import argparse
import os
import statistics
import sys
import time

from rivals import Generator, Innkeeper, Kamailio, PinnedSite, WrongAnswers, memory

from lab.lab import Lab  # on the path since rivals was imported

NETWORK = '127.86'
FORGOTTEN = 40  # seconds after which a server has no business with a request any more: 64 times T1 and some


def tell_progress(text):
    print(text, file=sys.stderr, flush=True)


def table(rounds):
    ours, theirs = (rounds[name] for name in (Innkeeper.name, Kamailio.name))
    print(f'\n{"medians of " + str(len(ours)) + " rounds":34}{Innkeeper.name:>12}{Kamailio.name:>12}{"ratio":>8}')
    for title, of in (('a call: CPU us', lambda one: one['cpu_us']),
                      ('calls per second of one core', lambda one: 1e6 / one['cpu_us']),
                      ('until its 200: p50 us', lambda one: one['p50_us'])):
        ratio = statistics.median(of(a) / of(b) for a, b in zip(ours, theirs))
        mine, other = (statistics.median(of(one) for one in each) for each in (ours, theirs))
        print(f'{title:34}{mine:12.1f}{other:12.1f}{ratio:8.2f}')
    print(f'{"  its records, in PostgreSQL: CPU us":34}{statistics.median(one["database_cpu_us"] for one in ours):12.1f}')


def measure_growth(server, phones, calls):
    """Octets that memory has grown by after so many calls, once they are forgotten, and after as many again: the first
    time the allocator takes what the calls of half a minute need, and keeps it; what leaks grows the second time too."""
    def taken():
        return memory(server.pids()[:1] if server.name == Innkeeper.name else server.pids())

    grown = []
    for _ in range(2):
        before = taken()
        phones.run(f'calls {calls} rate=1000')
        server.settle()
        time.sleep(FORGOTTEN)
        grown.append(taken() - before)
    return grown


def compare(lab, programs, users, calls, count, many):
    north = lab.sites['north'] = PinnedSite(lab, 'north', f'{NETWORK}.1.1', listen=f'udp:{NETWORK}.1.1:5060')
    servers = [Innkeeper(north, users), Kamailio(lab, f'{NETWORK}.1.2', users)]
    rounds = {server.name: [] for server in servers}
    phones = {}
    for server in servers:
        tell_progress(f'{server.name} starts')
        server.start()
        phones[server.name] = Generator(os.path.join(programs, 'innkeeper_call_load'), server, users)
        phones[server.name].run('register')
        phones[server.name].run(f'calls {calls // 4} rate=500')  # as warm as it gets
    for number in range(count):
        for server in servers:
            rounds[server.name].append(phones[server.name].run(f'calls {calls} window=32'))
            tell_progress(f'round {number + 1} of {count}: {server.name}: {rounds[server.name][-1]}')
            time.sleep(FORGOTTEN)
    table(rounds)
    for server in servers:
        once, again = measure_growth(server, phones[server.name], many)
        print(f'{server.name}: memory after {many} calls: {once / 1024:+.0f} KiB, after as many again: '
              f'{again / 1024:+.0f} KiB')
    lossy = phones[Innkeeper.name].run(f'calls {many // 10} rate={many / 600:.0f} loss=0.01')
    print(f'{many // 10} calls in a minute with 1 % loss: {lossy["good"]} good, {lossy["repeated"]} requests repeated, '
          f'p50 {lossy["p50_us"] / 1000:.1f} ms, p99 {lossy["p99_us"] / 1000:.0f} ms')
    for generator in phones.values():
        generator.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--quick', action='store_true', help='one round, a tenth of everything')
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--programs', required=True)
    words = parser.parse_args()
    users, calls, many = (1000, 2000, 10000) if words.quick else (10000, 10000, 100000)
    lab = Lab(words.daemon, NETWORK)
    try:
        compare(lab, words.programs, users, calls, words.rounds or (1 if words.quick else 5), many)
    except WrongAnswers as problem:
        sys.exit(str(problem))
    finally:
        lab.close()


if __name__ == '__main__':
    main()
