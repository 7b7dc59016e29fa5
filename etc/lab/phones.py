"""Real phones without a sound card, one process and one folder each: baresip and linphone."""

import contextlib
import json
import os
import re
import socket
import subprocess

from .names import DOMAIN
from .process import Process

MODULES = ('account', 'g711', 'aubridge', 'uuid')


def _module_path():
    for path in ('/usr/lib/baresip/modules', '/usr/lib/x86_64-linux-gnu/baresip/modules'):
        if os.path.isdir(path):
            return path
    raise FileNotFoundError('no folder of baresip modules')


class Baresip:
    """A desk phone of `site`, at an address of its own.

    tcp, tls: asks the name server (RFC 3263) and tries home first, the backup when home does not answer.
    udp:      registers with both at once (RFC 5626): a dead server is noticed too late over UDP to try in turn.
    """

    def __init__(self, folder, user, site, transport, address, name_server, registrars=None, expires=60,
                 refresh_percent=None, ca=None, place=None):
        self.user = user
        self.place = place or contextlib.nullcontext()
        self.transport = transport
        self.address = address
        self.folder = os.path.join(folder, f'phone-{user}')
        os.makedirs(self.folder, exist_ok=True)
        lines = ['poll_method epoll', f'sip_listen {address}:5060', f'module_path {_module_path()}',
                 'audio_player aubridge,nil', 'audio_source aubridge,nil',
                 'audio_alert aubridge,nil', f'net_interface {address}', f'dns_server {name_server}']
        lines += [f'ctrl_tcp_listen {address}:4444']
        lines += [f'module {name}.so' for name in MODULES]
        lines += [f'module_app {name}.so' for name in ('menu', 'account', 'ctrl_tcp')]
        if ca:
            lines.append(f'sip_cafile {ca}')
        self._write('config', lines)
        account = f'<sip:{user}@{DOMAIN};transport={transport}>;auth_user={user};auth_pass=secret-{user}'
        if transport == 'udp':
            account += ';sipnat=outbound' + ''.join(
                f';outbound{number if number > 1 else ""}="sip:{registrar}:5060;transport=udp"'
                for number, registrar in enumerate(registrars, 1))
        else:
            account += f';outbound="sip:{site}.{DOMAIN};transport={transport}"'
        account += f';regint={expires};answermode=auto'
        if refresh_percent:
            account += f';rwait={refresh_percent}'
        self._write('accounts', [account])
        self._write('contacts', [])
        self.process = None
        self.control, self.unread, self.heard = None, b'', []

    def _write(self, name, lines):
        with open(os.path.join(self.folder, name), 'w', encoding='utf-8') as file:
            file.write(''.join(f'{line}\n' for line in lines))

    def plug_in(self):
        with self.place:
            self.process = Process(['baresip', '-f', self.folder, '-4', '-s'], os.path.join(self.folder, 'log'))

    def unplug(self):
        if self.process:
            self.process.kill()

    def dial(self, uri):
        """Calls; what becomes of it is in events()."""
        self.order('dial', uri)

    def hang_up(self):
        self.order('hangup')

    def listen(self):
        """Opens the line of its control module, which takes orders and tells events."""
        if not self.control:
            with self.place:
                self.control = socket.create_connection((self.address, 4444), timeout=5)
            self.control.setblocking(False)

    def order(self, command, params=''):
        """Tells the phone what its user would press."""
        self.listen()
        text = json.dumps({'command': command, 'params': params, 'token': str(len(self.heard))})
        self.control.sendall(f'{len(text)}:{text},'.encode())

    def events(self):
        """Types of the events since it is listened to, in order."""
        self.listen()
        with contextlib.suppress(BlockingIOError):
            while part := self.control.recv(65536):
                self.unread += part
        while (colon := self.unread.find(b':')) > 0 and len(self.unread) > (end := colon + 1 + int(self.unread[:colon])):
            self.heard.append(json.loads(self.unread[colon + 1:end]))
            self.unread = self.unread[end + 1:]
        return [one['type'] for one in self.heard if one.get('event')]

    def grants(self, server):
        """How many of its REGISTERs this server granted, from the phone's own trace."""
        return len(re.findall(rf'^\w+ {re.escape(server)}:\d+ -> .*\nSIP/2\.0 200 ', self.process.output(), re.M))


class Linphone:
    """A second vendor's phone; talks to one server."""

    def __init__(self, folder, user, registrar, transport, address, ca=None):
        self.folder = os.path.join(folder, f'linphone-{user}')
        os.makedirs(os.path.join(self.folder, '.local', 'share', 'linphone'))
        ports = {'udp': 0, 'tcp': 0, 'tls': 0, transport: 5060}
        lines = ['[sip]', *(f'sip_{name + "_" if name != "udp" else ""}port={port}' for name, port in ports.items()),
                 f'bind_address={address}', 'register_only_when_network_is_up=0', 'default_proxy=0',
                 'verify_server_certs=1', 'verify_server_cn=0', *([f'root_ca={ca}'] if ca else []), '[video]',
                 'enabled=0', '[auth_info_0]', f'username={user}', f'passwd=secret-{user}', f'realm={DOMAIN}',
                 '[proxy_0]', f'reg_proxy=<sip:{registrar};transport={transport}>',
                 f'reg_identity=sip:{user}@{DOMAIN}', 'reg_expires=60', 'reg_sendregister=1']
        self.config = os.path.join(self.folder, 'rc')
        with open(self.config, 'w', encoding='utf-8') as file:
            file.write('\n'.join(lines) + '\n')
        self.process = None

    def plug_in(self):
        self.process = Process(['linphonec', '-c', self.config, '-d', '6', '-l', os.path.join(self.folder, 'trace')],
                               os.path.join(self.folder, 'log'), env={'HOME': self.folder}, stdin=subprocess.PIPE)

    def unplug(self):
        if self.process:
            self.process.kill()
