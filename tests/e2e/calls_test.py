"""Real calls between real phones, with media, through the proxies of whole sites."""

from case import LabCase, desks
from lab.process import wait_until


class Calls(LabCase):
    @classmethod
    def open(cls):
        cls.three_sites(north=desks(1001, 1002), south=desks(2001))

    def registered(self, number, site, transport):
        phone = self.baresip(number, site, transport, registrars=[site.address])
        wait_until(lambda: str(number) in site.own_phones(), 20, f'{number} is registered')
        phone.order('listcalls')
        return phone

    def call(self, caller, callee):
        """Up, with media both ways, and down again."""
        caller.dial(f'sip:{callee.user}@innkeeper.test')
        for phone in (caller, callee):
            wait_until(lambda phone=phone: 'CALL_ESTABLISHED' in phone.events(), 15,
                       lambda phone=phone: f'{phone.user} is in the call; its events: {phone.events()}\n'
                                           f'{phone.process.output()[-6000:]}')
        caller.hang_up()
        for phone in (caller, callee):
            wait_until(lambda phone=phone: 'CALL_CLOSED' in phone.events(), 15, f'{phone.user} has hung up')

    def test_a_call_within_one_site(self):
        self.call(self.registered(1001, self.north, 'tcp'), self.registered(1002, self.north, 'udp'))

    def test_a_call_between_two_sites(self):
        self.call(self.registered(1001, self.north, 'tcp'), self.registered(2001, self.south, 'tls'))
