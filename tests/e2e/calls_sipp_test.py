"""Call flows played by sipp through a whole site: each method, forking, cancellation and refusals (RFC 3261, RFC 3665)."""

from sipp_case import TRANSPORTS, Caller, Phone, SippCase


class Flows(SippCase):
    def answered(self, ringing=1, after=0):
        """A call that the phone takes after so many seconds; the caller hears ringing so often."""
        caller = Caller(1001, 1002).proves('INVITE').may_hear(100)
        for _ in range(ringing):
            caller.expect(180)
        phone = Phone().expect('INVITE').hear_nothing(after).answer(180, tag=True)
        return (caller.expect(200, 'rrs="true"').acknowledge(),
                phone.answer(200, 'INVITE', tag=True, reliable=True).expect('ACK'))

    def rung_in_vain(self):
        """A phone that hears in time that another has settled the call."""
        return (Phone().expect('INVITE', remembered=True).answer(180, tag=True).expect('CANCEL').answer(200)
                .answer(487, tag=True, reliable=True, remembered=True).expect('ACK'))

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

    def refused(self, status, more='', heard=None, after=0):
        caller = Caller(1001, 1002).proves('INVITE').may_hear(100).may_hear(180).expect(heard or status)
        phone = Phone().expect('INVITE').hear_nothing(after).answer(status, tag=True, more=more, reliable=True)
        return caller.acknowledge_refusal(), phone.expect('ACK')

    def test_a_busy_phone_and_one_that_does_not_want(self):
        # 404 is the word of a site that does not know a user: of one who is known the caller hears 480.
        for status, heard in ((486, 486), (480, 480), (404, 480), (415, 415)):
            for transport in TRANSPORTS:
                with self.subTest(f'{status} over {transport}'):
                    self.play(*self.refused(status, heard=heard), transport=transport)

    def test_a_redirection_goes_up_to_the_caller(self):
        self.play(*self.refused(302, 'Contact: <sip:1003@innkeeper.test>\n'))

    def test_the_first_of_two_phones_to_answer_gets_the_call(self):
        caller, phone = self.answered(ringing=2, after=0.5)
        caller.ask('BYE', inside=True).expect(200)
        self.play(caller, phone.expect('BYE').answer(200), self.rung_in_vain())

    def test_a_6xx_ends_the_search_at_all_phones(self):
        caller, phone = self.refused(603, after=0.5)
        self.play(caller, phone, self.rung_in_vain())
