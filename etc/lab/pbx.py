"""A PBX beside a site of the lab: Kamailio with the recipe of etc/pbx, and a phone that stands for its trunk."""

import os
import signal

from .names import DOMAIN
from .phones import Baresip
from .process import Process, wait_until

RECIPE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), 'pbx', 'kamailio.cfg')


class Kamailio:
    """Listens at `address`, between the Innkeeper at `innkeeper` and the trunk at `trunk`, all at port 5060."""

    def __init__(self, folder, address, innkeeper, trunk):
        self.folder, self.address = os.path.join(folder, f'kamailio-{address}'), address
        os.makedirs(self.folder)
        self.defines = {'HERE': f'udp:{address}:5060', 'DOMAIN': f'"{DOMAIN}"',
                        'INNKEEPER_ADDRESS': f'"{innkeeper}"', 'INNKEEPER_URI': f'"sip:{innkeeper}:5060;transport=udp"',
                        'TRUNK_ADDRESS': f'"{trunk}"', 'TRUNK_URI': f'"sip:{trunk}:5060;transport=udp"'}
        self.process = None

    def start(self):
        words = [word for name, value in self.defines.items() for word in ('-A', f'{name}={value}')]
        self.process = Process(['kamailio', '-DD', '-E', '-m', '64', '-M', '4', '-Y', self.folder, '-P',
                                os.path.join(self.folder, 'pid'), *words, '-f', RECIPE],
                               os.path.join(self.folder, 'log'))
        wait_until(lambda: 'udp_rcv_loop' in self.process.output() or self.listens(), 10,
                   lambda: f'kamailio listens; its log:\n{self.process.output()[-3000:]}')

    def listens(self):
        want = ''.join(f'{int(part):02X}' for part in reversed(self.address.split('.'))) + ':13C4'
        with open('/proc/net/udp', encoding='utf-8') as table:
            return any(want in line for line in table)

    def kill(self):
        """With its children, which would go on answering; they are a session of their own."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


class Trunk(Baresip):
    """What stands behind the PBX: answers every call, and calls without an account anywhere."""

    def __init__(self, folder, user, address, name_server, pbx):
        super().__init__(folder, user, 'trunk', 'tcp', address, name_server)
        self._write('accounts', [f'<sip:{user}@{address}>;regint=0;answermode=auto;outbound="sip:{pbx}:5060;transport=udp"'])
