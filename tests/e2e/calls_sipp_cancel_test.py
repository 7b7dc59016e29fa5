"""Calls that are cancelled, and what crosses the CANCEL (RFC 3261 sections 9 and 16.10), played by sipp."""

from sipp_case import TRANSPORTS, Caller, Phone, SippCase


class Cancels(SippCase):
    def test_a_call_that_is_cancelled(self):
        for transport in TRANSPORTS:
            with self.subTest(transport):
                caller, phone = self.ringing()
                caller.cancel().expect(200, of='CANCEL').expect(487).acknowledge_refusal()
                phone.expect('CANCEL').answer(200).answer(487, tag=True, remembered=True).expect('ACK')
                self.play(caller, phone, transport=transport)

    def test_a_phone_that_is_picked_up_while_the_CANCEL_is_on_its_way_has_the_call(self):
        caller, phone = self.ringing()
        caller.cancel().expect(200, of='CANCEL').expect(200, 'rrs="true"', of='INVITE')
        phone.expect('CANCEL').answer(200).answer(200, 'INVITE', tag=True, remembered=True)
        self.hang_up(caller.acknowledge(), phone.expect('ACK'))

    def test_a_CANCEL_that_meets_the_200_on_its_way_is_answered_and_goes_no_further(self):
        caller, phone = self.ringing()
        caller.expect(200, 'rrs="true"', of='INVITE').cancel().expect(200, of='CANCEL').hear_nothing(0.5)
        phone.answer(200, 'INVITE', tag=True, remembered=True)
        self.hang_up(caller.acknowledge(), phone.expect('ACK'))

    def test_a_CANCEL_waits_until_the_phone_has_said_something(self):
        for status in (100, 180):
            with self.subTest(status):
                caller = Caller(1001, 1002, exact=True).proves('INVITE').expect(100).cancel().expect(200, of='CANCEL')
                if status == 180:
                    caller.expect(180)
                # The second copy comes half a second later: the CANCEL is there by then.
                phone = Phone(exact=True).expect('INVITE').expect('INVITE', remembered=True)
                phone.answer(status, tag=True).expect('CANCEL').answer(200)
                self.play(caller.expect(487).acknowledge_refusal(),
                          phone.answer(487, tag=True, remembered=True).expect('ACK'))

    def test_a_CANCEL_of_nothing_is_481_and_harms_no_call(self):
        caller, phone = self.ringing()
        caller.cancel(branch='-unheard-of').expect(481).expect(200, 'rrs="true"')
        phone.hear_nothing(1).answer(200, 'INVITE', tag=True, remembered=True)
        self.hang_up(caller.acknowledge(), phone.expect('ACK'))
