"""The path of some phones to their home is cut while their home lives."""

import time

from netcase import NetworkCase, desks, room, wait_until


class PathOfOneRoom(NetworkCase):
    """Phones that start where they do not reach their home are let in next door without a failover; those that their
    home has are not, whoever else knocks in their names; once the path is back all are the home's (IP2, IP3)."""

    CUT_OFF = ('1001', '1002')

    @classmethod
    def open(cls):
        cls.connect()
        cls.three_sites(north=desks(*cls.CUT_OFF, '1003', '1004', '1005', '1006'))

    def test_strays(self):
        north, south = self.north, self.south
        stayer = self.handset('1003', north)
        self.baresip('1004', north, 'tcp', room=room('north'), refresh_percent=15)
        wait_until(lambda: {'1003', '1004'} <= north.own_phones(), 20, 'those of the home are at home', pause=0.1)

        self.network.cut(['north'], [room('west')])
        strays = [self.handset(number, north, south, room_of=self.west, timeout=0.5) for number in self.CUT_OFF]
        intruders = [self.sip_phone(number, south, room=room('south')) for number in ('1003', '1004')]

        def all_served():
            self.assertEqual({intruder.register().status for intruder in intruders}, {503})
            return all(phone.grants('south') for phone in strays)
        wait_until(all_served, 60, 'the phones that are cut off are served', pause=0.5)
        waits = [phone.grants('south')[0].ended - phone.ledger[0].began for phone in strays]
        print(f'cut off from a living home: served next door after {max(waits):.1f} s', flush=True)
        self.assertLessEqual(set(self.CUT_OFF), south.guests_of('north'))
        self.assert_no_failover()

        self.network.heal()
        for phone in strays:
            phone.unplug()
        for number in self.CUT_OFF:
            self.sip_phone(number, north, room=room('west')).register_until(200, 20)
        wait_until(lambda: set(self.CUT_OFF) <= north.own_phones() - south.guests_of('north'), 20,
                   'they are the home\'s again', pause=0.1)
        self.assertEqual(self.served_twice(), {})
        self.assert_no_failover()
        self.assertEqual({each.status for each in stayer.ledger}, {200})

    def test_registered_before_the_cut(self):
        north, south = self.north, self.south
        phones = [self.handset(number, north, south, room_of=self.south, timeout=0.5) for number in ('1005', '1006')]
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), 20, 'the phones are at home')
        cut = time.monotonic()
        self.network.cut(['north'], [room('south')])
        wait_until(lambda: all(phone.grants('south', since=cut) for phone in phones), 60, 'they are served next door')
        waits = []
        for phone in phones:
            knock = next(each for each in phone.ledger if each.server == 'south' and each.began > cut)
            waits.append(phone.grants('south', since=cut)[0].ended - knock.began)
        print(f'cut off while registered: served next door {max(waits):.1f} s after the first knock', flush=True)
        wait_until(lambda: not {'1005', '1006'} & north.own_phones(), 10, 'the home has let go of them', pause=0.1)
        self.assertEqual(self.served_twice(), {})
        self.assert_no_failover()
        self.network.heal()
