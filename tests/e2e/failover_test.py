"""A home goes; its phones become guests at its backup; it returns, and they go home."""

import threading
import time

from case import SIPP_GRANTED, LabCase, desks, wait_until

# How a return is trusted sooner than by default; how a loss is noticed stays at the defaults.
SOON_BACK = {'failback_after': '2s', 'homeless_grace': '2s', 'guest_lease': '10s', 'min_expires': '5s'}


class KilledHome(LabCase):
    """IP2, IP3, IP5, IP9, IP13, R1: with real phones over UDP, TCP and TLS."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001', '1002', '1003', '1010', '1011'), **SOON_BACK)

    def test_story(self):
        north, south = self.north, self.south
        self.baresip('1001', north, 'tcp', refresh_percent=10)
        self.baresip('1002', north, 'tls', refresh_percent=12)
        self.baresip('1003', north, 'udp', refresh_percent=10, registrars=[north.address, south.address])
        wanderer = self.sip_phone('1011', north)
        self.assertEqual(wanderer.register().status, 200)
        wait_until(lambda: {'1001', '1002', '1003', '1011'} <= north.own_phones(), 10, 'all phones are at home')

        # While home serves, the backup refuses, and says when to try again: its home has asked the phone (IP2).
        visitor = self.sip_phone('1011', south)
        at_home = threading.Thread(target=wanderer.listen, args=(3,))
        at_home.start()
        refusal = visitor.register()
        self.assertEqual(refusal.status, 503)
        self.assertGreater(int(refusal.header('Retry-After')), 0)
        wait_until(lambda: south.ask('--explain', 'sip:1011@innkeeper.test')['explain']['rule'] == 'registered_at_home',
                   2, 'north has said that it reaches the phone', pause=0.1)
        at_home.join()

        knocker = self.sipp('knock.xml', '1010', south, '-m', '60', '-r', '1')
        wait_until(lambda: '1010' not in south.guests_of('north') and knocker.running(), 5, 'sipp knocks')
        killed = time.monotonic()
        north.kill()
        self.assertIn(knocker.wait(20), SIPP_GRANTED, knocker.output()[-2000:])
        self.assertLess(self.seconds(killed), 5.0, 'the first guest took too long')
        self.assertIn('1010', south.guests_of('north'))
        self.assertEqual(self.phase(south, 'north'), 'active')

        # Phones that retry, follow by themselves; those that were refused a moment too early wait by their own back-off.
        wait_until(lambda: {'1001', '1002'} <= south.guests_of('north'), 75, 'the stream phones are guests', pause=0.1)
        granted, _ = visitor.register_until(200, 5, expires=3600)
        self.assertIn('expires=10', granted.header('Contact'), 'guests get short leases')

        north.start()
        north.wait_ready()
        # Failback: the guest is released, and finds its home open.
        released, _ = visitor.register_until(503, 20, pause=0.5)
        self.assertGreater(int(released.header('Retry-After')), 0)
        self.assertEqual(wanderer.register().status, 200)
        wait_until(lambda: {'1001', '1002', '1011'} <= north.own_phones() - south.guests_of('north'), 40,
                   'phones are home again', pause=0.1)
        self.wait_for_phase(south, 'north', 'normal', 30)
        self.assertEqual(south.guests_of('north'), set())
        self.assertEqual(visitor.register().status, 503)


class PlannedStop(LabCase):
    """A home that says it leaves is left at once."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001', '1002'), **SOON_BACK)

    def test_sigterm(self):
        phone = self.sip_phone('1001', self.south)
        self.assertEqual(phone.register().status, 503)
        stopped = time.monotonic()
        self.north.process.signal(15)
        phone.register_until(200, 5, pause=0.1)
        self.assertLess(self.seconds(stopped), 1.0)
        self.assertEqual(self.north.process.wait(20), 0)
        self.north.start()
        self.north.wait_ready()
        self.wait_for_phase(self.south, 'north', 'normal', 60)

    def test_drain_and_resume(self):
        phone = self.sip_phone('1002', self.south)
        self.assertEqual(phone.register().status, 503)
        self.assertEqual(self.north.run('--drain').returncode, 0)
        phone.register_until(200, 5, pause=0.1)
        self.assertEqual(self.north.run('--resume').returncode, 0)
        phone.register_until(503, 30, pause=0.5)
        self.assertEqual(self.sip_phone('1002', self.north).register().status, 200)


class SoftphoneAlone(LabCase):
    """IP4: softphones never begin a failover, but follow a physical phone."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001') + [('1020', 'soft')])

    def test_story(self):
        soft, desk = self.sip_phone('1020', self.south), self.sip_phone('1001', self.south)
        self.assertEqual(soft.register().status, 503)
        self.north.kill()
        wait_until(lambda: self.south.ask('--explain', 'sip:1020@innkeeper.test')['explain']['rule'] == 'awaiting_physical', 25,
                   'north is lost and a physical phone is awaited', pause=0.2)
        for _ in range(5):
            self.assertEqual(soft.register().status, 503)
        self.assertEqual(self.phase(self.south, 'north'), 'allowed')
        self.assertEqual(desk.register().status, 200)
        self.assertEqual(soft.register().status, 200)
        self.assertEqual(self.south.guests_of('north'), {'1001', '1020'})


class ManualFailback(LabCase):
    """failback-mode = manual: guests stay until an operator sends them home."""

    @classmethod
    def open(cls):
        cls.three_sites(north=desks('1001'), failback_mode='manual', **SOON_BACK)

    def test_story(self):
        phone = self.sip_phone('1001', self.south)
        self.assertNotEqual(self.south.run('--failback', 'north').returncode, 0, 'there is nothing to fail back')
        self.north.kill()
        phone.register_until(200, 20)
        self.north.start()
        self.north.wait_ready()
        self.wait_for_phase(self.south, 'north', 'settling', 15)
        settled = time.monotonic()
        while self.seconds(settled) < 6:  # three times failback-after
            self.assertEqual(phone.register().status, 200)
            time.sleep(0.5)
        self.assertEqual(self.south.run('--failback', 'north').returncode, 0)
        phone.register_until(503, 20, pause=0.5)
        self.assertEqual(self.sip_phone('1001', self.north).register().status, 200)
        wait_until(lambda: self.south.guests_of('north') == set(), 10, 'south has no guest left')
