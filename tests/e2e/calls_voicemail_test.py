"""Voicemail of a home: the server that takes messages, the one that takes them in failover, and lamps that tell of them."""

import secrets
import socket

from case import LabCase, desks
from lab.calls import call, hang_up
from lab.names import DOMAIN
from lab.pbx import Trunk
from lab.process import wait_until


class WithVoicemail(LabCase):
    """north has two voicemail servers and is backed up by south."""

    @classmethod
    def open(cls):
        lab = cls.lab
        cls.servers = [f'{lab.network}.3.1', f'{lab.network}.3.2']
        quick = {'lost_after': '3s', 'failback_after': '5s', 'guest_lease': '10s'}
        cls.north = lab.add_site('north', backups=['south'], users=desks(1001, 1002), **quick,
                                 voicemail=f'sip:first@{cls.servers[0]}:5060',
                                 voicemail_backup=f'sip:second@{cls.servers[1]}:5060')
        cls.south = lab.add_site('south', backups=['west'], users=desks(2001), **quick)
        cls.west = lab.add_site('west', backups=['north'], **quick)
        lab.start()
        cls.wait_for_records(cls.south, 'north', 2)


class Voicemail(WithVoicemail):
    """Phones that answer every call stand for the servers."""

    @classmethod
    def open(cls):
        super().open()
        cls.primary, cls.backup = [Trunk(cls.lab.folder, user, address, cls.lab.names.address, cls.north.address)
                                   for user, address in zip(('first', 'second'), cls.servers)]
        for server in (cls.primary, cls.backup):
            server.plug_in()
            cls.addClassCleanup(server.unplug)

    def takes_a_message(self, server, caller):
        call(caller, server, number=1001)
        trace = server.process.output()
        self.assertRegex(trace, rf'Diversion: <sip:1001@{DOMAIN}>;reason=')
        self.assertRegex(trace, rf'History-Info: <sip:1001@{DOMAIN}')
        hang_up(caller, server)

    def test_a_call_that_nobody_takes_goes_to_voicemail_and_in_failover_to_the_backup_of_that(self):
        caller = self.baresip(1002, self.north, 'tcp', expires=60, refresh_percent=10)
        wait_until(lambda: '1002' in self.north.own_phones(), 20, '1002 is registered')
        self.takes_a_message(self.primary, caller)
        self.north.kill()
        wait_until(lambda: '1002' in self.south.guests_of('north'), 60, '1002 is a guest')
        self.takes_a_message(self.backup, caller)


class MessageWaiting(WithVoicemail):
    """A server of few words tells that messages wait."""

    def tell(self, server, words):
        """An unsolicited NOTIFY (RFC 3842) of the voicemail server to its site; how it was answered."""
        host, port = server.getsockname()
        body = f'Messages-Waiting: yes\r\nVoice-Message: {words}\r\n'
        server.sendto('\r\n'.join([
            f'NOTIFY sip:1001@{DOMAIN} SIP/2.0', f'Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)}',
            'Max-Forwards: 70', f'From: <sip:messages@{DOMAIN}>;tag={secrets.token_hex(4)}', f'To: <sip:1001@{DOMAIN}>',
            f'Call-ID: {secrets.token_hex(8)}', 'CSeq: 1 NOTIFY', f'Contact: <sip:messages@{host}:{port}>',
            'Event: message-summary', 'Subscription-State: active', 'Content-Type: application/simple-message-summary',
            f'Content-Length: {len(body)}', '', body]).encode(), (self.north.address, 5060))

    def test_the_lamp_is_told_at_home_and_again_at_the_backup(self):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(server.close)
        server.settimeout(5)
        server.bind((self.servers[0], 5060))
        phone = self.sip_phone(1001, self.north)
        self.assertEqual(phone.register(expires=600).status, 200)
        self.tell(server, '2/8')
        self.assertIn('Voice-Message: 2/8', phone.hear('NOTIFY', 5))
        self.assertTrue(server.recv(65536).startswith(b'SIP/2.0 200 '))

        self.north.kill()
        guest = self.sip_phone(1001, self.south)
        guest.register_until(200, 60, expires=600)
        self.assertIn('Voice-Message: 2/8', guest.hear('NOTIFY', 5))
