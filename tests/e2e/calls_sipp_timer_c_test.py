"""Phones that ring for ever (RFC 3261 section 16.6, step 11). It takes minutes, beside other tests."""

from case import take_time
from sipp_case import SippCase

SECONDS = 270  # of the longer call


class TimerC(SippCase):
    network = '127.89'
    numbers = (1001, 1002, 1003, 1004)

    def given_up(self, caller, phone):
        """More than three minutes after the last 180: 181 s, and a few for a slow machine."""
        caller.hear_nothing(178).expect(487).acknowledge_refusal()
        phone.hear_nothing(178).expect('CANCEL').answer(200).answer(487, tag=True, remembered=True).expect('ACK')
        return self.begin(caller, phone, seconds=SECONDS)

    def test_a_phone_that_rings_for_ever_is_cancelled_after_three_minutes_since_it_last_said_180(self):
        take_time(SECONDS + 60)
        silent = self.given_up(*self.ringing(1001, 1002))
        caller, phone = self.ringing(1003, 1004)
        insistent = self.given_up(caller.hear_nothing(58).expect(180), phone.hear_nothing(60).again())
        self.finish(silent)
        self.finish(insistent)
