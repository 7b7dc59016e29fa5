"""A home that comes and goes."""

import os
import time

from netcase import NetworkCase, desks, take_time, wait_until

NUMBERS = tuple(str(number) for number in range(1001, 1009))
PERIOD = float(os.environ.get('LAB_PERIOD') or 8)  # seconds up, and as long down
TURNS = int(os.environ.get('LAB_TURNS') or 2)
LONGEST_HOLD = 1.5 * PERIOD * min(16, 2 ** TURNS)  # failback-after, doubled by every relapse up to 16 times


class FlappingHome(NetworkCase):
    """north is gone and back all the time. The defaults are for 40 s of each (LAB_PERIOD); by default everything here
    goes five times as fast. Phones follow at most once, and go home at most once (R6)."""

    @classmethod
    def open(cls):
        take_time(int(2 * PERIOD * TURNS + LONGEST_HOLD) + 200)
        cls.connect()
        cls.three_sites(north=desks(*NUMBERS), failback_after=f'{1.5 * PERIOD:.0f}s', homeless_grace='10s',
                        guest_lease='10s', min_expires='5s')

    def test_few_moves(self):
        phones = [self.handset(number, self.north, self.south, timeout=0.5) for number in NUMBERS]
        wait_until(lambda: all(phone.server() for phone in phones), 15, 'the phones are at home', pause=0.1)
        mine, world = ['north'], self.network.others('north')
        for _ in range(TURNS):
            self.network.cut(mine, world)
            time.sleep(PERIOD)
            self.network.heal()
            time.sleep(PERIOD)
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), LONGEST_HOLD + 90,
                   'all phones are home again', pause=0.5)
        self.wait_for_phase(self.south, 'north', 'normal', 60)
        self.assertEqual(self.served_twice(), {})
        moves = {phone.user: phone.moves() for phone in phones}
        gap, told = max((phone.longest_gap() for phone in phones), key=lambda found: found[0])
        print(f'{TURNS} times gone for {PERIOD:g} s: moves {moves}; longest time without service {gap:.1f} s ({told})',
              flush=True)
        self.assertLessEqual(max(moves.values()), 2, moves)
