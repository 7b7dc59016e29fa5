"""Datagrams that get lost, and what is said again because of it (RFC 3261 section 17, RFC 6026), played by sipp."""

from sipp_case import Caller, Phone, SippCase


class Retransmissions(SippCase):
    def answered(self, caller, phone):
        return (caller.expect(200, 'rrs="true"').acknowledge(),
                phone.answer(200, 'INVITE', tag=True, remembered=True).expect('ACK'))

    def test_a_caller_that_does_not_hear_100_says_its_INVITE_again_and_the_phone_hears_it_once(self):
        caller = Caller(1001, 1002).proves('INVITE').lose(100).expect(180)
        phone = Phone(exact=True).expect('INVITE', remembered=True).answer(100).hear_nothing(2)
        played, _ = self.hang_up(*self.answered(caller, phone.answer(180, tag=True)))
        tryings = played.heard('SIP/2.0 100 ')
        self.assertGreater(len(tryings), 1)
        self.assertEqual(len(set(tryings)), 1)

    def test_a_caller_that_repeats_its_INVITE_hears_the_last_answer_again_and_the_phone_nothing(self):
        caller = Caller(1001, 1002, exact=True).proves('INVITE').expect(100).again().expect(100)
        phone = Phone(exact=True).expect('INVITE', remembered=True).answer(100).hear_nothing(1)
        caller.expect(180).again().expect(180)
        phone.answer(180, tag=True).hear_nothing(1).answer(200, 'INVITE', tag=True, remembered=True)
        # A 2xx is the phone's to repeat.
        caller.expect(200, 'rrs="true"').again().hear_nothing(0.7).acknowledge()
        self.hang_up(caller, phone.expect('ACK'))

    def test_a_phone_that_loses_two_copies_of_its_INVITE_gets_a_third(self):
        caller, _ = self.ringing()
        phone = Phone(exact=True).expect('INVITE').expect('INVITE').expect('INVITE', remembered=True)
        _, played = self.hang_up(*self.answered(caller, phone.answer(180, tag=True).hear_nothing(2.5)))
        self.assertEqual(len(set(played.heard('INVITE '))), 1)

    def test_a_phone_that_has_lost_the_ACK_repeats_its_200_and_each_goes_through_as_does_each_ACK(self):
        caller, phone = self.answered(*self.ringing())
        for _ in range(2):
            caller.expect(200).acknowledge()
            phone.again().expect('ACK')
        self.hang_up(caller, phone)

    def lost_answer(self, method, caller, phone):
        """The phone answers the second copy, and once more; then the caller repeats what was answered."""
        phone.expect(method).expect(method).answer(200, tag=method != 'BYE').again().hear_nothing(1.5)
        caller.expect(200).again().expect(200).hear_nothing(1)
        caller, phone = self.play(caller, phone)
        self.assertEqual(len(set(phone.heard(f'{method} '))), 1)
        self.assertEqual(len(set(answer for answer in caller.heard('SIP/2.0 200 ') if method in answer)), 1)

    def test_a_BYE_whose_answer_is_lost_is_repeated_and_the_caller_hears_one_answer(self):
        caller, phone = self.answered(*self.ringing())
        self.lost_answer('BYE', caller.ask('BYE', inside=True), phone)

    def test_a_MESSAGE_whose_answer_is_lost_is_repeated_and_the_caller_hears_one_answer(self):
        self.lost_answer('MESSAGE', Caller(1001, 1002, exact=True).proves('MESSAGE'), Phone(exact=True))

    def test_a_phone_that_has_lost_our_ACK_of_its_486_gets_it_again_and_the_caller_hears_one_486(self):
        caller, phone = self.ringing()
        phone.answer(486, tag=True, remembered=True).expect('ACK')
        for _ in range(2):
            phone.again().expect('ACK')
        _, played = self.play(caller.expect(486).acknowledge_refusal().hear_nothing(1), phone)
        self.assertEqual(len(set(played.heard('ACK '))), 1)

    def test_a_caller_hears_its_486_again_until_it_acknowledges_it(self):
        caller, phone = self.ringing()
        caller.expect(486).expect(486).expect(486).acknowledge_refusal().hear_nothing(2.5)
        self.play(caller, phone.answer(486, tag=True, remembered=True).expect('ACK').hear_nothing(1))
