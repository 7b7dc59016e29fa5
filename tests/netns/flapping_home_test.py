"""A home that comes and goes."""

import os
import time

from netcase import NetworkCase, desks, take_time, wait_until

PERIOD = 8.0  # seconds up, and as long down; a fifth of the 40 s that the settings below are scaled to
TURNS = int(os.environ.get('LAB_TURNS') or 3)


class FlappingHome(NetworkCase):
    """north is gone and back every 8 s; hold-downs are a fifth of the defaults. Phones follow at most once, and go home
    at most once (R6)."""

    @classmethod
    def open(cls):
        take_time(int(2 * PERIOD * TURNS) + 280)
        cls.connect()
        cls.three_sites(north=desks(*(str(number) for number in range(1001, 1009))), failback_after='12s',
                        homeless_grace='10s', guest_lease='10s', min_expires='5s')

    def test_few_moves(self):
        phones = [self.handset(str(number), self.north, self.south, timeout=0.5) for number in range(1001, 1009)]
        wait_until(lambda: all(phone.server() for phone in phones), 15, 'the phones are at home', pause=0.1)
        mine, world = ['north'], self.network.others('north')
        for _ in range(TURNS):
            self.network.cut(mine, world)
            time.sleep(PERIOD)
            self.network.heal()
            time.sleep(PERIOD)
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), 210, 'all phones are home again', pause=0.5)
        self.wait_for_phase(self.south, 'north', 'normal', 60)
        self.assertEqual(self.served_twice(), {})
        moves = {phone.user: phone.moves() for phone in phones}
        gap, told = max((phone.longest_gap() for phone in phones), key=lambda found: found[0])
        print(f'{TURNS} times gone for {PERIOD:g} s: moves {moves}; longest time without service {gap:.1f} s ({told})',
              flush=True)
        self.assertLessEqual(max(moves.values()), 2, moves)
