"""What every case of a broken network stands on: three sites and three rooms of phones, each in a namespace of its own
with the cloud in between. The seed of all that is random is printed; LAB_SEED repeats it."""

import os
import random
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'e2e'))

from case import LabCase, desks, take_time, wait_until  # noqa: E402,F401 (cases need one import)
import notices  # noqa: E402
from handset import Handset  # noqa: E402
from network import Network  # noqa: E402

SITES = ('north', 'south', 'west')
ROOMS = tuple(f'{site} phones' for site in SITES)
PHONES_OF_A_ROOM = 40

# How a return is trusted sooner than by default; how a loss is noticed stays at the defaults.
SOON_BACK = {'failback_after': '2s', 'homeless_grace': '2s', 'guest_lease': '10s', 'min_expires': '5s'}


def room(site):
    return f'{site} phones'


class NetworkCase(LabCase):
    """north is backed up by south, south by west, west by north. The network is `cls.network`."""

    @classmethod
    def setUpClass(cls):
        cls.seed = int(os.environ.get('LAB_SEED') or time.time_ns() % 1000000)
        cls.dice = random.Random(cls.seed)
        print(f'LAB_SEED={cls.seed}', flush=True)
        super().setUpClass()
        cls.wait_for_calm()
        cls.opened = time.time()

    @classmethod
    def wait_for_calm(cls):
        wait_until(lambda: all(row['health'] == 'alive' for site in cls.lab.sites.values()
                               for row in site.ask('--peers')['peers']), 30, 'every site hears every other', pause=0.2)

    @classmethod
    def connect(cls):
        """To be called before the sites are opened."""
        cls.lab.network = '10.77'
        places = {site: [f'10.77.1.{number}'] for number, site in enumerate(SITES, 1)}
        places['names'] = ['10.77.1.53']
        for number, name in enumerate(ROOMS, 11):
            places[name] = [f'10.77.{number}.{phone}' for phone in range(1, PHONES_OF_A_ROOM + 1)]
            cls.lab.free_addresses[name] = iter(places[name])
        cls.network = Network(cls.lab.folder, cls.seed, places)
        cls.addClassCleanup(cls.disconnect)
        cls.lab.places = cls.network.places

    @classmethod
    def disconnect(cls):
        cls.close()
        cls.network.close()

    @classmethod
    def notices(cls, event, **fields):
        """What the daemons logged since all were open, with that event and these fields: (site, line)."""
        return [(notice.site, notice.line) for site in cls.lab.sites.values()
                for notice in notices.read(site, event, cls.opened, **fields)]

    def assert_no_failover(self):
        for to in ('allowed', 'active'):
            self.assertEqual(self.notices('failover_phase_changed', to=to), [], 'a home was given up that lived')

    def served_by(self):
        """Which daemons serve each phone, as each of them says of itself: {number: {site, ...}}."""
        serving = {}
        for site in self.lab.sites.values():
            report = site.ask('--registrations')
            for row in report['registrations'] if report else []:
                if row['site'] == site.name:
                    serving.setdefault(row['aor'].partition('@')[0], set()).add(site.name)
        return serving

    def served_twice(self):
        return {number: sites for number, sites in self.served_by().items() if len(sites) > 1}

    def handset(self, number, home, backup=None, timeout=1.0, retries=0, room_of=None, **words):
        """A phone in its home's room, or another's, that keeps itself registered, in a thread of its own."""
        servers = {site.name: self.sip_phone(number, site, room=room((room_of or home).name),
                                             timeout=timeout, retries=retries)
                   for site in (home, backup) if site}
        phone = Handset(servers, **words)
        self.addCleanup(phone.unplug)
        phone.start()
        return phone
