"""A phone's own path to its home is cut while its home lives."""

import time

from netcase import NetworkCase, desks, room, wait_until


class PathOfOnePhone(NetworkCase):
    """One room loses its home, the home lives: its phones are let in next door, those that the home still reaches are
    not; as soon as the path is back, they are the home's again (IP2, IP3)."""

    CUT = ('1001', '1002')

    @classmethod
    def open(cls):
        cls.connect()
        cls.three_sites(north=desks(*cls.CUT, '1003', '1004'))

    def test_strays(self):
        north, south = self.north, self.south
        travellers = [self.handset(number, north, south, room_of=self.west, timeout=0.5) for number in self.CUT]
        stayer = self.handset('1003', north)
        self.baresip('1004', north, 'tcp', room=room('north'), refresh_percent=15)
        wait_until(lambda: {*self.CUT, '1003', '1004'} <= north.own_phones(), 20, 'all are at home', pause=0.1)

        for number in ('1003', '1004'):  # the home reaches them: whoever else knocks in their names stays out
            intruder = self.sip_phone(number, south, room=room('west'))
            ends = time.monotonic() + 6
            while time.monotonic() < ends:
                self.assertEqual(intruder.register().status, 503)
                time.sleep(0.5)

        cut = time.monotonic()
        self.network.cut(['north'], [room('west')])
        wait_until(lambda: all(phone.grants('south', since=cut) for phone in travellers), 30, 'the cut-off phones are served')
        waits = []
        for phone in travellers:
            knock = next(each for each in phone.ledger if each.server == 'south' and each.began > cut)
            waits.append(phone.grants('south', since=cut)[0].ended - knock.began)
        print(f'from the first knock to service: {max(waits):.1f} s', flush=True)
        wait_until(lambda: set(self.CUT) <= south.guests_of('north') and not set(self.CUT) & north.own_phones(), 10,
                   'the home has let go of them', pause=0.1)
        self.assert_no_failover()
        self.assertEqual({each.status for each in stayer.ledger}, {200})

        self.network.heal()
        back = [self.sip_phone(number, north, room=room('west')) for number in self.CUT]
        for phone in travellers:
            phone.unplug()
        for phone in back:
            phone.register_until(200, 20)
        wait_until(lambda: set(self.CUT) <= north.own_phones() and not south.guests_of('north'), 20,
                   'they are the home\'s again', pause=0.1)
        self.assertEqual(self.served_twice(), {})
        self.assert_no_failover()
