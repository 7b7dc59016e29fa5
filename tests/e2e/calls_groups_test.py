"""Hunt groups of a real site, called by real phones with media: at home, and at the backup when the home is dead (IP5)."""

from case import LabCase, desks
from lab.calls import call, hang_up, hears
from lab.names import DOMAIN
from lab.process import wait_until


class HuntGroup(LabCase):
    @classmethod
    def open(cls):
        cls.three_sites(north=desks(1001, 1002), south=desks(2001), west=desks(3001), lost_after='3s')
        cls.north.import_groups(f'sip:600@{DOMAIN},1001 3001,sequential,',
                                f'sip:601@{DOMAIN},1009@{DOMAIN},ring_all,600')

    def group(self, site, number):
        groups = {row['aor']: row for row in site.ask('--groups')['groups']}
        return groups.get(f'{number}@{DOMAIN}')

    def in_service_at(self, site, number):
        group = self.group(site, number)
        return group and group['in_service_at']

    def call_group(self, caller, number, callee):
        call(caller, callee, number=number)
        hears(caller)
        hang_up(caller, callee)

    def test_a_group_is_called_at_home_and_at_the_backup_when_its_home_is_dead(self):
        wait_until(lambda: self.in_service_at(self.south, 601) == 'north', 15, 'the backup knows both groups')
        first, second = [self.baresip(number, self.north, 'tcp', expires=60, refresh_percent=10)
                         for number in (1001, 1002)]
        at_south = self.baresip(2001, self.south, 'tcp', registrars=[self.south.address])
        at_west = self.baresip(3001, self.west, 'udp', registrars=[self.west.address])
        wait_until(lambda: {'1001', '1002'} <= self.north.own_phones(), 20, 'both are registered at north')
        wait_until(lambda: {'2001', '3001'} <= self.south.phones_registered('south') |
                   self.south.phones_registered('west'), 20, 'the others are registered')
        self.call_group(second, 600, first)
        self.call_group(at_south, 601, first)  # a site that asks the group's home; by its overflow

        self.north.kill()
        wait_until(lambda: {'1001', '1002'} <= self.south.guests_of('north'), 60, 'both are guests of south')
        self.assertEqual(self.in_service_at(self.south, 600), 'south')
        self.assertEqual([member['registered_at'] for member in self.group(self.south, 600)['members']],
                         ['south', 'west'])
        self.call_group(second, 600, first)
        self.call_group(at_west, 601, first)
        first.unplug()
        self.call_group(second, 600, at_west)  # where the next member is
