"""Call flows played by sipp through a whole site: each method, forking, cancellation and refusals (RFC 3261, RFC 3665)."""

import contextlib

from case import LabCase, desks
from lab.process import wait_until
from sipp import Caller, Phone, Player

TRANSPORTS = {'udp': 'u1', 'tcp': 't1'}


class Flows(LabCase):
    @classmethod
    def open(cls):
        cls.north = cls.lab.add_site('north', users=desks(1001, 1002))
        cls.lab.start()
        wait_until(lambda: cls.north.ask('--status')['status']['users'] == 2, 20, 'users are known')

    def play(self, caller, *phones, transport='udp'):
        """The caller against phones that are registered as 1002, all to their ends."""
        players = []
        with contextlib.ExitStack() as registered:
            for number, phone in enumerate(phones):
                desk = self.sip_phone('1002', self.north)
                desk.register(expires=60)
                host, port = desk.socket.getsockname()[:2]
                desk.close()
                registered.callback(self.unregister, '1002')
                players.append(self.player(f'phone-{number}', phone, host, port))
            players.insert(0, self.player('caller', caller, self.lab.phone_address(), None, TRANSPORTS[transport]))
            for player in players:
                if player.process.wait(30) != 0:
                    self.fail('\n'.join(one.told() for one in players))

    def player(self, name, scenario, address, port=None, transport='u1'):
        number = getattr(Flows, 'players', 0)
        Flows.players = number + 1
        player = Player(self.lab.folder, f'{number}-{name}', scenario, self.north, address, port, transport)
        self.addCleanup(player.process.stop, 5)
        return player

    def unregister(self, number):
        desk = self.sip_phone(number, self.north)
        desk.register(expires=0, contact='*')

    def answered(self):
        return (Caller(1001, 1002).proves('INVITE').may_hear(100).expect(180).expect(200, 'rrs="true"').acknowledge(),
                Phone().expect('INVITE').answer(180, tag=True).answer(200, 'INVITE', tag=True, reliable=True)
                .expect('ACK'))

    def test_a_call_with_every_method_inside_it(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                caller, phone = self.answered()
                for method in ('INFO', 'UPDATE', 'PRACK', 'REFER', 'MESSAGE', 'NOTIFY', 'OPTIONS', 'BYE'):
                    caller.ask(method, inside=True).expect(200)
                    phone.expect(method).answer(200)
                self.play(caller, phone, transport=transport)

    def test_every_method_that_needs_no_call(self):
        for transport in TRANSPORTS:
            for method in ('MESSAGE', 'OPTIONS', 'SUBSCRIBE', 'PUBLISH', 'REFER'):
                with self.subTest(f'{method} over {transport}'):
                    self.play(Caller(1001, 1002).proves(method).may_hear(100).expect(200),
                              Phone().expect(method).answer(200, tag=True), transport=transport)

    def test_a_call_that_is_cancelled(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                caller = Caller(1001, 1002).proves('INVITE').may_hear(100).expect(180)
                caller.cancel(3).expect(200).expect(487)
                caller._send(caller._head('ACK', caller.cseq, False, '[branch-6]', ''))
                phone = Phone().expect('INVITE', remembered=True).answer(180, tag=True).expect('CANCEL').answer(200)
                self.play(caller, phone.answer_invite_after_cancel(487).expect('ACK'), transport=transport)

    def refused(self, status, more='', heard=None):
        caller = Caller(1001, 1002).proves('INVITE').may_hear(100).may_hear(180).expect(heard or status)
        caller._send(caller._head('ACK', caller.cseq, False, '[branch-4]', ''))
        phone = Phone().expect('INVITE').answer(status, tag=True, more=more, reliable=True).expect('ACK')
        return caller, phone

    def test_a_busy_phone_and_one_that_does_not_want(self):
        # 404 is the word of a site that does not know a user: of one who is known the caller hears 480.
        for status, heard in ((486, 486), (480, 480), (404, 480), (415, 415)):
            for transport in TRANSPORTS:
                with self.subTest(f'{status} over {transport}'):
                    self.play(*self.refused(status, heard=heard), transport=transport)

    def test_a_redirection_goes_up_to_the_caller(self):
        self.play(*self.refused(302, 'Contact: <sip:1003@innkeeper.test>\n'))

    def test_the_first_of_two_phones_to_answer_gets_the_call(self):
        caller, phone = self.answered()
        caller.ask('BYE', inside=True).expect(200)
        phone.expect('BYE').answer(200)
        phone.wait_before(1)
        other = Phone().expect('INVITE', remembered=True).answer(180, tag=True).expect('CANCEL').answer(200)
        caller.steps.insert(caller.steps.index(next(s for s in caller.steps if 'response="180"' in s)) + 1,
                            '<recv response="180" optional="true" timeout="8000"></recv>')
        self.play(caller, phone, other.answer_invite_after_cancel(487).expect('ACK'))

    def test_a_6xx_ends_the_search_at_all_phones(self):
        caller, phone = self.refused(603)
        phone.wait_before(1)
        other = Phone().expect('INVITE', remembered=True).answer(180, tag=True).expect('CANCEL').answer(200)
        self.play(caller, phone, other.answer_invite_after_cancel(487).expect('ACK'))
