"""innkeeperd beside Kamailio, in turns, round after round; see run.sh."""

import argparse
import os
import statistics
import sys

from rivals import Echo, Generator, Innkeeper, Kamailio, PinnedSite, WrongAnswers, memory

from lab.lab import Lab  # on the path since rivals was imported

NETWORK = '127.88'
FILL_RATE = 5000  # first registrations per second; innkeeperd's rows are written as fast, so that none wait in memory


def measure_memory(server, phones, users):
    """Octets per registration, from a tenth of the users registered to all of them; every phone is challenged on the
    way, and has its nonce for what follows."""
    few = users // 10
    phones.run(f'challenge {few} rate={FILL_RATE}')
    server.settle()
    before = memory(server.pids())
    fill = phones.run(f'challenge {users - few} rate={FILL_RATE}')
    server.settle()
    return (memory(server.pids()) - before) / (users - few), fill


def measure_round(phones, requests):
    reuse = phones.run(f'reuse {requests}')
    if reuse['challenges']:
        raise WrongAnswers(f'{phones.server.name}: {reuse["challenges"]} phones were challenged again')
    challenge = phones.run(f'challenge {requests // 2}')
    half = phones.run(f'reuse {requests // 4} rate={0.5e6 / reuse["cpu_us"]:.0f}')
    return {'reuse': reuse['cpu_us'], 'challenge': challenge['cpu_us'], 'p50': half['p50_us'], 'p99': half['p99_us'],
            'repeated': reuse['repeated'] + challenge['repeated'], 'repeated_at_half_load': half['repeated']}


def tell_progress(text):
    print(text, file=sys.stderr, flush=True)


def table(rounds, echo, octets, fills):
    ours, theirs = Innkeeper.name, Kamailio.name
    rows = [('refresh, reused nonce: CPU us', 'reuse'), ('challenge and answer: CPU us', 'challenge'),
            ('latency at half load: p50 us', 'p50'), ('latency at half load: p99 us', 'p99')]
    print(f'\n{"medians of " + str(len(rounds[ours])) + " rounds":34}{ours:>12}{theirs:>12}{"ratio":>8}')
    for title, key in rows:
        mine, other = ([one[key] for one in rounds[name]] for name in (ours, theirs))
        ratio = statistics.median(a / b for a, b in zip(mine, other))
        print(f'{title:34}{statistics.median(mine):12.2f}{statistics.median(other):12.2f}{ratio:8.2f}')
    print(f'{"memory per registration: octets":34}{octets[ours]:12.0f}{octets[theirs]:12.0f}'
          f'{octets[ours] / octets[theirs]:8.2f}')
    print(f'{"UDP echo, same datagrams: CPU us":34}{statistics.median(echo):12.2f}')
    print(f'{f"first registration, {FILL_RATE}/s: CPU us":34}{fills[ours]["cpu_us"]:12.2f}{fills[theirs]["cpu_us"]:12.2f}')
    print(f'{"  its rows, in PostgreSQL: CPU us":34}{fills[ours]["database_cpu_us"]:12.2f}')
    for key, where in (('repeated', 'CPU was measured'), ('repeated_at_half_load', 'latency was measured')):
        repeated = {name: sum(one[key] for one in rounds[name]) for name in rounds}
        if any(repeated.values()):
            print(f'While {where}, datagrams were lost and sent again: {repeated}. Is the machine busy?')


def compare(lab, programs, users, requests, count):
    north = lab.sites['north'] = PinnedSite(lab, 'north', f'{NETWORK}.1.1', listen=f'udp:{NETWORK}.1.1:5060')
    servers = [Innkeeper(north, users), Kamailio(lab, f'{NETWORK}.1.2', users)]
    echo = Echo(lab, f'{NETWORK}.1.3', os.path.join(programs, 'innkeeper_udp_echo'))
    load = os.path.join(programs, 'innkeeper_sip_load')
    octets, fills, rounds, echo_cost = {}, {}, {server.name: [] for server in servers}, []
    for server in (*servers, echo):
        tell_progress(f'{server.name} starts')
        server.start()
    phones = {server.name: Generator(load, server, users) for server in (*servers, echo)}
    for server in servers:
        tell_progress(f'{server.name}: {users} phones register')
        octets[server.name], fills[server.name] = measure_memory(server, phones[server.name], users)
    for number in range(count):
        for server in servers:
            tell_progress(f'round {number + 1} of {count}: {server.name}')
            rounds[server.name].append(measure_round(phones[server.name], requests))
            tell_progress(f'    {rounds[server.name][-1]}')
        echo_cost.append(phones[echo.name].run(f'echo {requests}')['cpu_us'])
    for generator in phones.values():
        generator.close()
    table(rounds, echo_cost, octets, fills)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rounds', type=int)
    parser.add_argument('--quick', action='store_true', help='one round, a tenth of everything')
    parser.add_argument('--daemon', required=True)
    parser.add_argument('--programs', required=True)
    words = parser.parse_args()
    users, requests = (10000, 20000) if words.quick else (100000, 200000)
    lab = Lab(words.daemon, NETWORK)
    try:
        compare(lab, words.programs, users, requests, words.rounds or (1 if words.quick else 5))
    except WrongAnswers as problem:
        sys.exit(str(problem))
    finally:
        lab.close()


if __name__ == '__main__':
    main()
