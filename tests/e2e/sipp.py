"""Scenarios for sipp, from a few words each: what a caller sends and expects, and what a phone does about it."""

import os
import subprocess
from xml.sax.saxutils import quoteattr

from lab.names import DOMAIN
from lab.process import Process, wait_until

SDP = ('v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio 4000 RTP/AVP 8\n'
       'a=rtpmap:8 PCMA/8000\n')
MORE = {  # what a method needs to make sense
    'SUBSCRIBE': 'Event: presence\nExpires: 60\n',
    'NOTIFY': 'Event: presence\nSubscription-State: active;expires=60\n',
    'PUBLISH': 'Event: presence\nExpires: 60\n',
    'REFER': f'Refer-To: <sip:1002@{DOMAIN}>\n',
    'PRACK': 'RAck: 1 1 INVITE\n',
}


class Scenario:
    def __init__(self):
        self.steps = []
        self.cseq = 0

    def _send(self, head, body='', flags=''):
        kind = 'Content-Type: application/sdp\n' if body else ''
        text = f'{head}{kind}Content-Length: [len]\n\n{body}'
        self.steps.append(f'<send {flags}><![CDATA[\n{text}\n]]></send>')
        return self

    def _expect(self, what, flags='', actions=''):
        self.steps.append(f'<recv {what} {flags} timeout="8000">{actions}</recv>')
        return self

    def text(self):
        return '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="calls">\n' + '\n'.join(self.steps) + \
               '\n</scenario>\n'

    def wait_before(self, step):
        """Half a second before the step of that number."""
        self.steps.insert(step, '<pause milliseconds="500"/>')
        return self


class Caller(Scenario):
    """`number` calls `callee`; the first request of its kind is asked for a password."""

    def __init__(self, number, callee):
        super().__init__()
        self.number, self.callee = number, callee

    def _head(self, method, cseq, inside, branch, more):
        target = '[next_url]' if inside else f'sip:{self.callee}@{DOMAIN}'
        return (f'{method} {target} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch};rport\n'
                f'{"[routes]" + chr(10) if inside else ""}Max-Forwards: 70\n'
                f'From: <sip:{self.number}@{DOMAIN}>;tag=[call_number]\n'
                f'To: <sip:{self.callee}@{DOMAIN}>{"[peer_tag_param]" if inside else ""}\nCall-ID: [call_id]\n'
                f'CSeq: {cseq} {method}\nContact: <sip:{self.number}@[local_ip]:[local_port];transport=[transport]>\n'
                f'User-Agent: sipp\n{MORE.get(method, "")}{more}')

    def ask(self, method, inside=False, proved=False, more=''):
        """The request as it is, or with the password that was asked for."""
        self.cseq += 1
        if proved:
            more += f'[authentication username={self.number} password=secret-{self.number}]\n'
        return self._send(self._head(method, self.cseq, inside, '[branch]', more), SDP if method == 'INVITE' else '',
                          'retrans="500"')

    def proves(self, method):
        """The request, the question for a password, and the request with it."""
        self.ask(method).expect(407, 'auth="true"')
        if method == 'INVITE':
            self.acknowledge_refusal()
        return self.ask(method, proved=True)

    def acknowledge_refusal(self):
        return self._send(self._head('ACK', self.cseq, False, '[branch-2]', ''))

    def acknowledge(self):
        return self._send(self._head('ACK', self.cseq, True, '[branch]', ''))

    def cancel(self, since):
        """Of the request that stands so many steps above."""
        return self._send(self._head('CANCEL', self.cseq, False, f'[branch-{since}]', ''))

    def expect(self, status, flags='', actions=''):
        return self._expect(f'response="{status}"', flags, actions)

    def may_hear(self, status):
        return self._expect(f'response="{status}"', 'optional="true"')


class Phone(Scenario):
    """What is called."""

    def expect(self, method, remembered=False):
        """`remembered`: to be answered after another request, its CANCEL, has come."""
        actions = ''
        if remembered:
            actions = '<action>' + ''.join(
                f'<ereg regexp={quoteattr(regexp)} search_in="msg" assign_to="{variable}"/>'
                for variable, regexp in ((1, 'Via: [^[:cntrl:]]*-ik-[^[:cntrl:]]*'),
                                         (2, 'Via: [^[:cntrl:]]*z9hG4bK-[^[:cntrl:]]*'))) + '</action>'
        return self._expect(f'request="{method}"', 'rrs="true"', actions)

    def answer(self, status, method='', tag=False, more='', reliable=False):
        contact = 'Contact: <sip:[service]@[local_ip]:[local_port];transport=[transport]>\n'
        head = (f'SIP/2.0 {status} Said\n[last_Via:]\n[last_From:]\n[last_To:]{";tag=[call_number]p" if tag else ""}\n'
                f'[last_Call-ID:]\n[last_CSeq:]\n[last_Record-Route:]\n{more if "Contact" in more else contact + more}')
        return self._send(head, SDP if method == 'INVITE' and status == 200 else '', 'retrans="500"' if reliable else '')

    def answer_invite_after_cancel(self, status):
        return self._send(f'SIP/2.0 {status} Said\n[$1]\n[$2]\n[last_From:]\n[last_To:];tag=[call_number]p\n'
                          '[last_Call-ID:]\nCSeq: 2 INVITE\n', flags='retrans="500"')


class Player:
    """One sipp that plays a scenario once."""

    def __init__(self, folder, name, scenario, site, address, port=None, transport='u1'):
        self.folder, self.name = os.path.join(folder, name), name
        os.mkdir(self.folder)
        path = os.path.join(self.folder, 'scenario.xml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(scenario.text())
        place = ['-p', str(port)] if port else []
        self.process = Process(['sipp', f'{site.address}:5060', '-sf', path, '-m', '1', '-t', transport, '-i', address,
                                *place, '-timeout', '25', '-timeout_error', '-nostdin', '-trace_err', '-trace_msg'],
                               os.path.join(self.folder, 'log'), cwd=self.folder, env={'TERM': 'dumb'})
        if port:
            wait_until(lambda: address in subprocess.run(['ss', '-Hlun', f'src {address}:{port}'], capture_output=True,
                                                         text=True, check=True).stdout, 5, f'{name} listens')

    def told(self):
        """What it saw and what went wrong, for a failure's text."""
        text = ''
        for file in sorted(os.listdir(self.folder)):
            if file.endswith(('_errors.log', '_messages.log')):
                with open(os.path.join(self.folder, file), encoding='utf-8', errors='replace') as log:
                    text += f'--- {self.name}: {file}\n{log.read()[-6000:]}\n'
        return text
