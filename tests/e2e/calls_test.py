"""Real calls between real phones, with media, through the proxies of whole sites."""

from case import LabCase, desks
from lab.calls import call, hang_up
from lab.process import wait_until


class Calls(LabCase):
    @classmethod
    def open(cls):
        cls.three_sites(north=desks(1001, 1002), south=desks(2001))

    def registered(self, number, site, transport):
        phone = self.baresip(number, site, transport, registrars=[site.address])
        wait_until(lambda: str(number) in site.own_phones(), 20, f'{number} is registered')
        return phone

    def call(self, caller, callee):
        """Up, with media both ways, and down again."""
        call(caller, callee)
        hang_up(caller, callee)

    def test_a_call_within_one_site(self):
        self.call(self.registered(1001, self.north, 'tcp'), self.registered(1002, self.north, 'udp'))

    def test_a_call_between_two_sites(self):
        self.call(self.registered(1001, self.north, 'tcp'), self.registered(2001, self.south, 'tls'))
