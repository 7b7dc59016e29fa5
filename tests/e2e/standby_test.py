"""A phone that registers with home and backup at once."""

import threading
import time

from case import LabCase, desks, wait_until

MODEL = 'Yealink SIP-T46S 66.86.0.15'


class Concurrent(LabCase):
    """SR4, IP2, IP3, IP9: it stands by, and is served without asking again when its home is lost."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001'), failback_after='2s', homeless_grace='2s', guest_lease='20s',
                        min_expires='5s')

    def fact(self, name):
        facts = self.south.ask('--explain', 'sip:1001@innkeeper.test')['explain']['facts']
        return next((fact['value'] for fact in facts if fact['name'] == name), None)

    def test_story(self):
        north, south = self.north, self.south
        primary = self.sip_phone('1001', north, user_agent=MODEL)
        fallback = self.sip_phone('1001', south, user_agent=MODEL)
        self.assertEqual(primary.register().status, 200)
        wait_until(lambda: '1001' in north.own_phones(), 5, 'it is registered at home')
        at_home = threading.Thread(target=primary.listen, args=(3,))
        at_home.start()
        granted, _ = fallback.register_until(200, 5)
        self.assertIn('standby', granted.header('Warning'))
        self.assertNotIn('1001', south.guests_of('north'))
        self.assertEqual(south.ask('--status')['status']['standbys'], 1)
        self.assertEqual(self.fact('phone profile'), 'yealink')
        at_home.join()
        self.assertIn('standby', fallback.register().header('Warning'), 'its home reaches it')

        killed = time.monotonic()
        north.kill()
        wait_until(lambda: '1001' in south.guests_of('north'), 8, 'it is served without another REGISTER', pause=0.1)
        self.assertLess(self.seconds(killed), 6.0)
        self.assertEqual(self.phase(south, 'north'), 'active')
        self.assertIn('guest', fallback.register().header('Warning'))

        north.start()
        north.wait_ready()
        primary.register_until(200, 40, pause=0.5)
        wait_until(lambda: '1001' not in south.guests_of('north'), 10, 'it stands by again')
        granted, _ = fallback.register_until(200, 10)
        self.assertIn('standby', granted.header('Warning'))
