#!/usr/bin/python3
"""Runs one failover and one failback with the default settings, and draws them: draw.py DAEMON. As root; takes about
three minutes. Twelve phones, each of which asks again as often as its model does, every 1 to 30 s, and stays with the
server that serves it; north is killed, and started again when all of them are guests in the south."""

import os
import sys
import time
import unittest

os.environ['LAB_DAEMON'] = sys.argv.pop(1)

from netcase import NetworkCase, desks, take_time, wait_until  # noqa: E402
from picture import Picture  # noqa: E402

HABITS = {'1001': 1, '1002': 1, '1003': 2, '1004': 3, '1005': 5, '1006': 8, '1007': 10, '1008': 15, '1009': 20,
          '1010': 25, '1011': 30, '1012': 30}  # seconds between two REGISTERs


class OneFailoverAndOneFailback(NetworkCase):
    @classmethod
    def open(cls):
        take_time(500)
        cls.connect()
        cls.three_sites(north=desks(*HABITS))

    def test_draw(self):
        north, south = self.north, self.south
        phones = [self.handset(number, north, south, every=every, timeout=0.5) for number, every in HABITS.items()]
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), 20, 'the phones are at home')
        killed = time.time()
        north.kill()
        wait_until(lambda: all(phone.server() == 'south' for phone in phones), 120, 'all phones are guests')
        started = time.time()
        north.start()
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), 300, 'all phones are home again')
        wait_until(lambda: not south.guests_of('north'), 30, 'south has no guest left', pause=0.1)
        print('\n'.join(Picture(north, south, HABITS, killed, started).draw()), flush=True)


if __name__ == '__main__':
    unittest.main()
