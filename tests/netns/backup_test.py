"""The backup dies in the middle of a failover."""

import time

from netcase import NetworkCase, desks, room, take_time, wait_until


class BackupKilled(NetworkCase):
    """north is dead and its phones are guests in the south; south is killed and started again. No systemd kept its
    memory, so it asks the other backup for the records (R9, IP8)."""

    NUMBERS = [str(number) for number in range(1001, 1009)]

    @classmethod
    def open(cls):
        take_time(220)
        cls.connect()
        lab = cls.lab
        cls.north = lab.add_site('north', backups=['south', 'west'], users=desks(*cls.NUMBERS, '1011'))
        cls.south = lab.add_site('south', backups=['west'], users=desks('2001'))
        cls.west = lab.add_site('west', backups=['north'], users=desks('3001'))
        lab.start()
        for backup in (cls.south, cls.west):
            cls.wait_for_records(backup, 'north', len(cls.NUMBERS) + 1)

    def test_guests_are_served_again(self):
        north, south = self.north, self.south
        phones = [self.handset(number, north, south, timeout=0.5) for number in self.NUMBERS]
        wait_until(lambda: all(phone.server() == 'north' for phone in phones), 20, 'the phones are at home')
        north.kill()
        wait_until(lambda: all(phone.server() == 'south' for phone in phones), 60, 'all phones are guests')
        for turn in range(3):
            time.sleep(self.dice.uniform(0.5, 2))
            killed = time.monotonic()
            south.kill()
            started = time.monotonic()
            south.start()
            wait_until(lambda: all(phone.grants('south', since=killed) for phone in phones), 30,
                       lambda: f'all are served again: {[(phone.user, phone.ledger[-1]) for phone in phones]}')
            served = sorted(phone.grants('south', since=killed)[0].ended - started for phone in phones)
            print(f'kill {turn + 1} of the backup: first guest served {served[0]:.1f} s after the restart, the last '
                  f'{served[-1]:.1f} s', flush=True)
            self.wait_for_phase(south, 'north', 'active', 10)
        stranger = self.sip_phone('1011', south, room=room('north'))
        stranger.register_until(200, 30)
        self.assertEqual(south.guests_of('north'), {*self.NUMBERS, '1011'})
