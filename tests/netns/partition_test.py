"""Sites that cannot reach each other although all live."""

import time

from netcase import SOON_BACK, NetworkCase, desks, room, wait_until


class CutOff(NetworkCase):
    """north is cut off from the other sites and from a phone that travels; the cut heals. Home wins (R3, R4)."""

    @classmethod
    def open(cls):
        cls.connect()
        cls.three_sites(north=desks('1001', '1002'), lost_after='4s', **SOON_BACK)

    def test_cut_off_and_healed(self):
        north, south = self.north, self.south
        stayer = self.sip_phone('1001', north, room=room('north'), timeout=0.5)
        self.assertEqual(stayer.register().status, 200)
        traveller = self.sip_phone('1002', north, room=room('west'), timeout=0.5)
        self.assertEqual(traveller.register().status, 200)

        self.network.cut(['north', room('north')], ['south', 'west', room('south'), room('west')])
        self.assertIsNone(traveller.register(), 'the cut does not cut')
        visitor = self.sip_phone('1002', south, room=room('west'))
        visitor.register_until(200, 20)
        self.assertEqual(stayer.register().status, 200, 'a phone that reaches its home stays there')
        self.assertEqual(south.guests_of('north'), {'1002'})

        self.network.heal()
        visitor.register_until(503, 30, pause=0.5)
        returned = self.handset('1002', north, room_of=self.west)  # answers too when its home asks whether it is there
        wait_until(lambda: returned.server() == 'north', 10, 'the phone that travelled is served by its home', pause=0.1)
        self.wait_for_phase(south, 'north', 'normal', 30)
        wait_until(lambda: {'1001', '1002'} <= north.own_phones() and not south.guests_of('north'), 10,
                   'both phones are served at home only', pause=0.1)


class CutBetweenTwo(NetworkCase):
    """The link between a home and its backup is cut, both ways and each way alone, for longer than lost-after, while
    the third site hears both and the home's phones knock at the backup every second (R3)."""

    CUT_SECONDS = 18  # more than lost-after

    @classmethod
    def open(cls):
        cls.connect()
        cls.three_sites(north=desks('1001', '1002', '1003'))

    def watch(self, seconds, what):
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.assertEqual(self.served_twice(), {}, what)
            time.sleep(0.3)

    def test_cut_each_way(self):
        north, south = self.north, self.south
        at_home = [self.handset(number, north) for number in ('1001', '1002', '1003')]
        wait_until(lambda: len(north.own_phones()) == len(at_home), 15, 'the phones are at home', pause=0.1)
        knockers = [self.handset(number, south) for number in ('1001', '1002')]
        ways = {'both ways': (['north', 'south'], ['north', 'south']), 'from north': (['north'], ['south']),
                'from south': (['south'], ['north'])}
        for name, (sources, targets) in ways.items():
            with self.subTest(cut=name):
                self.network.weather(sources, targets, up=False)
                self.watch(self.CUT_SECONDS, name)
                self.network.heal()
                self.watch(3, f'{name}, healed')
        self.assert_no_failover()
        for phone in knockers:
            self.assertEqual(phone.grants(), [], f'{phone.user} was served at the backup')
            self.assertIn(503, {each.status for each in phone.ledger})
        for phone in at_home:
            self.assertEqual({each.status for each in phone.ledger}, {200}, f'{phone.user} lost its home')
        links = [line for _, line in self.notices('peer_health_changed', to='suspect')]
        self.assertTrue(links, 'the cut did not cut')
