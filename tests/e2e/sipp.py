"""Scenarios for sipp, from a few words each: what a caller sends and expects, and what a phone does about it."""

import os
import re
import subprocess
from xml.sax.saxutils import quoteattr

from lab.names import DOMAIN
from lab.process import Process, wait_until

SDP = ('v=0\no=- 1 1 IN IP4 [local_ip]\ns=-\nc=IN IP4 [local_ip]\nt=0 0\nm=audio 4000 RTP/AVP 8\n'
       'a=rtpmap:8 PCMA/8000\n')
RETRANS = ' retrans="500"'
ROUTE = 'Record-Route: [^[:cntrl:]]*'
MORE = {  # what a method needs to make sense
    'SUBSCRIBE': 'Event: presence\nExpires: 60\n',
    'NOTIFY': 'Event: presence\nSubscription-State: active;expires=60\n',
    'PUBLISH': 'Event: presence\nExpires: 60\n',
    'REFER': f'Refer-To: <sip:1002@{DOMAIN}>\n',
    'PRACK': 'RAck: 1 1 INVITE\n',
}


class Scenario:
    """By itself sipp repeats what it says over UDP and passes over what it hears again. An `exact` scenario says what its
    steps say and nothing more, and each message that comes has to be one of its steps."""

    def __init__(self, exact=False):
        self.exact = exact
        self.steps = []
        self.variables = set()

    def _send(self, head, body='', repeats=False):
        kind = 'Content-Type: application/sdp\n' if body else ''
        text = f'{head}{kind}Content-Length: [len]\n\n{body}'
        self.sent = f'<send{RETRANS if repeats else ""}><![CDATA[\n{text}\n]]></send>'
        return self.again()

    def again(self):
        """What was sent last, once more."""
        self.steps.append(self.sent)
        return self

    def _expect(self, what, flags='', actions=''):
        self.steps.append(f'<recv {what} {flags} timeout="8000">{actions}</recv>')
        return self

    def _find(self, regexp, place, variable):
        """The action of a step that keeps what it finds as [$variable]; a call without it has failed."""
        self.variables.add(variable)
        return f'<ereg regexp={quoteattr(regexp)} {place} check_it="true" assign_to="{variable}"/>'

    def hear_nothing(self, seconds):
        """Whatever comes meanwhile is a failure."""
        self.steps.append(f'<pause milliseconds="{round(seconds * 1000)}"/>')
        return self

    def text(self):
        used = f'<Reference variables="{",".join(sorted(self.variables))}"/>\n' if self.variables else ''
        return '<?xml version="1.0" encoding="ISO-8859-1" ?>\n<scenario name="calls">\n' + '\n'.join(self.steps) + \
               f'\n{used}</scenario>\n'


class Caller(Scenario):
    """`number` calls `callee`; the first request of its kind is asked for a password."""

    def __init__(self, number, callee, exact=False):
        super().__init__(exact)
        self.number, self.callee = number, callee
        self.cseq = 0
        self.peer_tag = '[peer_tag_param]'  # of the last answer

    def _head(self, method, inside=False, to_tag='', branch='', more=''):
        """CANCEL, and the ACK of a refusal, have their INVITE's branch as they have its CSeq."""
        target = '[next_url]' if inside else f'sip:{self.callee}@{DOMAIN}'
        return (f'{method} {target} SIP/2.0\nVia: SIP/2.0/[transport] [local_ip]:[local_port];'
                f'branch=z9hG4bK-[pid]-[call_number]-{self.cseq}{branch};rport\n'
                f'{"[routes]" + chr(10) if inside else ""}Max-Forwards: 70\n'
                f'From: <sip:{self.number}@{DOMAIN}>;tag=[call_number]\n'
                f'To: <sip:{self.callee}@{DOMAIN}>{to_tag or (self.peer_tag if inside else "")}\nCall-ID: [call_id]\n'
                f'CSeq: {self.cseq} {method}\n'
                f'Contact: <sip:{self.number}@[local_ip]:[local_port];transport=[transport]>\n'
                f'User-Agent: sipp\n{MORE.get(method, "")}{more}')

    def ask(self, method, inside=False, proved=False, more=''):
        """The request as it is, or with the password that was asked for."""
        self.cseq += 1
        if proved:
            more += f'[authentication username={self.number} password=secret-{self.number}]\n'
        return self._send(self._head(method, inside, more=more), SDP if method == 'INVITE' else '', repeats=True)

    def proves(self, method):
        """The request, the question for a password, and the request with it."""
        self.ask(method).expect(407, 'auth="true"')
        if method == 'INVITE':
            self.acknowledge_refusal()
        return self.ask(method, proved=True)

    def acknowledge_refusal(self):
        return self._acknowledge(to_tag='[peer_tag_param]')

    def acknowledge(self):
        return self._acknowledge(inside=True, branch='-ack')

    def _acknowledge(self, **words):
        if self.exact:
            self.steps.append('<nop/>')  # an ACK right below its answer would be sent whenever that comes again
        return self._send(self._head('ACK', **words))

    def cancel(self, branch=''):
        """The INVITE; with a branch of its own, one that nobody has heard of."""
        return self._send(self._head('CANCEL', branch=branch))

    def expect(self, status, flags='', of=None):
        """`of`: the method that must be answered, where it could be another. Later requests are in the call that an
        answer of INVITE begins."""
        actions = ''
        if of:
            actions = self._find(of, 'search_in="hdr" header="CSeq:"', 'method')
        if of == 'INVITE':
            actions += self._find('tag=[^;[:cntrl:]]*', 'search_in="hdr" header="To:"', 'peer')
            self.peer_tag = ';[$peer]'
        return self._expect(f'response="{status}"', flags, f'<action>{actions}</action>' if actions else '')

    def may_hear(self, status):
        return self._expect(f'response="{status}"', 'optional="true"')

    def lose(self, status):
        """However often it comes."""
        return self._expect(f'response="{status}"', 'optional="true" lost="100"')


class Phone(Scenario):
    """What is called."""

    def expect(self, method, remembered=False):
        """`remembered`: to be answered after others have come."""
        actions = ''
        if remembered:
            actions = '<action>' + ''.join(
                self._find(regexp, 'search_in="msg"', variable)
                for variable, regexp in (('via1', 'Via: [^[:cntrl:]]*-ik-[^[:cntrl:]]*'),
                                         ('via2', 'Via: [^[:cntrl:]]*z9hG4bK-[^[:cntrl:]]*'),
                                         ('to', 'To: [^[:cntrl:]]*'), ('cseq', 'CSeq: [^[:cntrl:]]*'),
                                         ('routes', f'{ROUTE}([[:cntrl:]]+{ROUTE})*'))) + '</action>'
        return self._expect(f'request="{method}"', 'rrs="true"', actions)

    def answer(self, status, method='', tag=False, more='', reliable=False, remembered=False):
        """The last request, or the one that is remembered."""
        via, to, cseq, routes = (('[$via1]\n[$via2]', '[$to]', '[$cseq]', '[$routes]') if remembered else
                                ('[last_Via:]', '[last_To:]', '[last_CSeq:]', '[last_Record-Route:]'))
        contact = 'Contact: <sip:[service]@[local_ip]:[local_port];transport=[transport]>\n'
        head = (f'SIP/2.0 {status} Said\n{via}\n[last_From:]\n{to}{";tag=[call_number]p" if tag else ""}\n'
                f'[last_Call-ID:]\n{cseq}\n{routes}\n{more if "Contact" in more else contact + more}')
        return self._send(head, SDP if method == 'INVITE' and status == 200 else '', reliable)


class Player:
    """One sipp that plays a scenario once, for so many seconds at most."""

    def __init__(self, folder, name, scenario, site, address, port=None, transport='u1', seconds=25):
        self.folder, self.name = os.path.join(folder, name), name
        os.mkdir(self.folder)
        path = os.path.join(self.folder, 'scenario.xml')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(scenario.text())
        place = ['-p', str(port)] if port else []
        self.seconds = seconds
        self.process = Process(['sipp', f'{site.address}:5060', '-sf', path, '-m', '1', '-t', transport, '-i', address,
                                *place, *(['-nr'] if scenario.exact else []), '-timeout', str(seconds),
                                '-timeout_error', '-nostdin', '-trace_err', '-trace_msg'],
                               os.path.join(self.folder, 'log'), cwd=self.folder, env={'TERM': 'dumb'})
        if port:
            wait_until(lambda: address in subprocess.run(['ss', '-Hlun', f'src {address}:{port}'], capture_output=True,
                                                         text=True, check=True).stdout, 5, f'{name} listens')

    def heard(self, beginning):
        """The messages that begin so, as they came."""
        log, = (file for file in os.listdir(self.folder) if file.endswith('_messages.log'))
        with open(os.path.join(self.folder, log), encoding='utf-8', errors='replace') as file:
            came = re.findall(r'message received \[\d+\] bytes :\n\n([\s\S]*?)\s*(?=\n(?:-{47}|UDP) |\Z)', file.read())
        return [message for message in came if message.startswith(beginning)]

    def told(self):
        """What it saw and what went wrong, for a failure's text."""
        text = ''
        for file in sorted(os.listdir(self.folder)):
            if file.endswith(('_errors.log', '_messages.log')):
                with open(os.path.join(self.folder, file), encoding='utf-8', errors='replace') as log:
                    text += f'--- {self.name}: {file}\n{log.read()[-6000:]}\n'
        return text
