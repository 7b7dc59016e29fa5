"""Sites that cannot reach each other although both live: in network namespaces, with nftables as the knife."""

import subprocess

from case import LabCase, desks, wait_until
from failover_test import SOON_BACK


def ip(*words):
    subprocess.run(['ip', *words], check=True, capture_output=True)


class Partition(LabCase):
    """north is cut off from the other sites and from its travelling phone; the cut heals. Home wins (R3, R4)."""

    sites = ('north', 'south', 'west')

    @classmethod
    def namespace(cls, name):
        return f'ik-{name}-{cls.lab.folder[-4:]}'

    @classmethod
    def open(cls):
        """A bridge in this machine's own namespace joins three; phones are on the bridge."""
        cls.lab.network = '10.203'
        cls.bridge = f'ik{cls.lab.folder[-6:]}'
        cls.addClassCleanup(cls.remove_network)
        ip('link', 'add', cls.bridge, 'type', 'bridge')
        ip('addr', 'add', '10.203.0.1/16', 'dev', cls.bridge)
        ip('link', 'set', cls.bridge, 'up')
        for number, name in enumerate(cls.sites, 1):
            space, wire = cls.namespace(name), f'{cls.bridge}{number}'
            ip('netns', 'add', space)
            ip('link', 'add', wire, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', space)
            ip('link', 'set', wire, 'master', cls.bridge, 'up')
            ip('-n', space, 'link', 'set', 'lo', 'up')
            ip('-n', space, 'addr', 'add', f'10.203.1.{number}/16', 'dev', 'eth0')
            ip('-n', space, 'link', 'set', 'eth0', 'up')
        for number in range(1, 10):
            ip('addr', 'add', f'10.203.2.{number}/32', 'dev', cls.bridge)
        ip('addr', 'add', '10.203.1.53/32', 'dev', cls.bridge)
        cls.lab.namespaces = {name: cls.namespace(name) for name in cls.sites}
        cls.three_sites(north=desks('1001', '1002'), lost_after='4s', **SOON_BACK)

    @classmethod
    def remove_network(cls):
        cls.close()
        for name in cls.sites:
            subprocess.run(['ip', 'netns', 'del', cls.namespace(name)], check=False, capture_output=True)
        subprocess.run(['ip', 'link', 'del', cls.bridge], check=False, capture_output=True)

    def nft(self, *words):
        subprocess.run(['ip', 'netns', 'exec', self.namespace('north'), 'nft', *words], check=True)

    def cut(self, *addresses):
        self.nft('add', 'table', 'ip', 'cut')
        for hook, side in (('input', 'saddr'), ('output', 'daddr')):
            self.nft('add', 'chain', 'ip', 'cut', hook, f'{{ type filter hook {hook} priority 0; }}')
            self.nft('add', 'rule', 'ip', 'cut', hook, 'ip', side, f'{{ {", ".join(addresses)} }}', 'drop')

    def heal(self):
        self.nft('delete', 'table', 'ip', 'cut')

    def test_cut_off_and_healed(self):
        north, south, west = self.north, self.south, self.west
        stayer = self.sip_phone('1001', north, timeout=0.5)
        self.assertEqual(stayer.register().status, 200)
        traveller = self.sip_phone('1002', north, timeout=0.5)
        self.assertEqual(traveller.register().status, 200)

        self.cut(south.address, west.address, traveller.address)
        self.assertIsNone(traveller.register(), 'the cut does not cut')
        visitor = self.sip_phone('1002', south)
        visitor.register_until(200, 20)
        self.assertEqual(stayer.register().status, 200, 'a phone that reaches its home stays there')
        self.assertEqual(south.guests_of('north'), {'1002'})

        self.heal()
        visitor.register_until(503, 30, pause=0.5)
        self.assertEqual(traveller.register().status, 200)
        self.wait_for_phase(south, 'north', 'normal', 30)
        wait_until(lambda: {'1001', '1002'} <= north.own_phones() and not south.guests_of('north'), 10,
                   'both phones are served at home only', pause=0.1)
