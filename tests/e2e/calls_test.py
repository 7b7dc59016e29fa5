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


class CallOverFailover(LabCase):
    """Two phones of north are in a call with direct media, and north dies (IP7)."""

    @classmethod
    def open(cls):
        lab = cls.lab
        for name, backup, users in (('north', 'south', desks(1001, 1002)), ('south', 'west', ()),
                                    ('west', 'north', ())):
            site = lab.add_site(name, backups=[backup], users=users, advertise=f'{name}.innkeeper.test',
                                lost_after='3s', failback_after='5s', homeless_grace='2s', guest_lease='10s',
                                min_expires='5s')
            setattr(cls, name, site)
        lab.start()
        cls.wait_for_records(cls.south, 'north', 2)

    def test_a_call_goes_on_and_is_ended_through_the_backup(self):
        phones = [self.baresip(number, self.north, 'tcp', expires=60, refresh_percent=10) for number in (1001, 1002)]
        wait_until(lambda: {'1001', '1002'} <= self.north.own_phones(), 20, 'both are registered')
        call(*phones)
        self.north.kill()
        wait_until(lambda: {'1001', '1002'} <= self.south.guests_of('north'), 60, 'both are guests')
        for phone in phones:
            self.assertNotIn('CALL_CLOSED', phone.events())
        hang_up(*phones, seconds=20)

        # Guests in a call are left where they are when their home is back, until they hang up.
        call(*phones)
        self.north.start()
        self.north.wait_ready()
        self.wait_for_phase(self.south, 'north', 'returning', 30)
        for number in (1001, 1002):
            rule = self.south.ask('--explain', f'sip:{number}@innkeeper.test')['explain']['rule']
            self.assertEqual(rule, 'guest_in_call')
        hang_up(*phones, seconds=20)
        wait_until(lambda: {'1001', '1002'} <= self.north.own_phones(), 40, 'both are at home again')
