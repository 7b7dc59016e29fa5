"""A phone of few words, for what the real ones cannot be made to do on time: one REGISTER, one answer, every header
at hand."""

import contextlib
import hashlib
import re
import secrets
import socket
import ssl
import time


class Answer:
    def __init__(self, text):
        self.text = text
        head = text.split('\r\n\r\n', 1)[0].split('\r\n')
        self.status = int(head[0].split(' ')[1])
        self.headers = [(name.strip().lower(), value.strip())
                        for name, _, value in (line.partition(':') for line in head[1:])]

    def all(self, name):
        return [value for key, value in self.headers if key == name.lower()]

    def header(self, name):
        return next(iter(self.all(name)), None)

    def __repr__(self):
        return self.text.replace('\r', '')


class SipPhone:
    """Registers `user` with the server at `server`; `address` is the phone's own."""

    def __init__(self, user, password, server, address, domain='innkeeper.test', transport='udp', port=None,
                 user_agent='lab phone', ca=None, timeout=2.0, retries=0, place=None):
        self.user, self.password, self.domain, self.transport = str(user), password, domain, transport
        self.server = (server, port or (5061 if transport == 'tls' else 5060))
        self.address, self.user_agent, self.ca, self.timeout = address, user_agent, ca, timeout
        self.retries = retries  # over UDP: how often a request is sent again before it counts as not answered (SR2)
        self.place = place or contextlib.nullcontext()
        self.call_id, self.cseq, self.tag = secrets.token_hex(8), 0, secrets.token_hex(4)
        self.socket = None
        self.nonce_count = 0

    def close(self):
        if self.socket:
            self.socket.close()
            self.socket = None

    def _connect(self):
        kind = socket.SOCK_DGRAM if self.transport == 'udp' else socket.SOCK_STREAM
        family = socket.AF_INET6 if ':' in self.server[0] else socket.AF_INET
        with self.place:
            self.socket = socket.socket(family, kind)
        self.socket.settimeout(self.timeout)
        self.socket.bind((self.address, 0))
        self.socket.connect(self.server)
        if self.transport == 'tls':
            context = ssl.create_default_context(cafile=self.ca)
            context.check_hostname = False
            self.socket = context.wrap_socket(self.socket)

    def _message(self, authorization, expires, extra, contact):
        self.cseq += 1
        host, port = self.socket.getsockname()[:2]
        suffix = '' if self.transport == 'udp' else f';transport={self.transport}'
        lines = [f'REGISTER sip:{self.domain} SIP/2.0',
                 f'Via: SIP/2.0/{self.transport.upper()} {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport',
                 'Max-Forwards: 70', f'From: <sip:{self.user}@{self.domain}>;tag={self.tag}',
                 f'To: <sip:{self.user}@{self.domain}>', f'Call-ID: {self.call_id}', f'CSeq: {self.cseq} REGISTER',
                 f'User-Agent: {self.user_agent}']
        if contact is None:
            contact = f'<sip:{self.user}@{host}:{port}{suffix}>'
        if contact:
            lines.append(f'Contact: {contact}')
        if expires is not None:
            lines.append(f'Expires: {expires}')
        if authorization:
            lines.append(f'Authorization: {authorization}')
        return '\r\n'.join([*lines, *extra, 'Content-Length: 0', '', '']).encode()

    def _exchange(self, message):
        for _ in range(self.retries):
            try:
                return self._send_once(message)
            except socket.timeout:
                pass
        return self._send_once(message)

    def _send_once(self, message):
        self.socket.sendall(message)
        while True:
            text = self._receive()
            if self._answers_probe(text):
                continue
            answer = Answer(text)
            if answer.header('CSeq') == f'{self.cseq} REGISTER':  # else a late answer to an earlier try
                return answer

    def _receive(self):
        data = b''
        while b'\r\n\r\n' not in data:
            part = self.socket.recv(65536)
            if not part:
                raise ConnectionResetError('closed while an answer was awaited')
            data += part
        return data.decode(errors='replace')

    def _answers_probe(self, text):
        """A server asks whether the phone is there."""
        return self._says_yes(text, 'OPTIONS')

    def _says_yes(self, text, method):
        if not text.startswith(f'{method} '):
            return False
        asked = text.split('\r\n\r\n', 1)[0].split('\r\n')[1:]
        copied = [line for line in asked
                  if line.partition(':')[0].strip().lower() in ('via', 'v', 'from', 'f', 'to', 't', 'call-id', 'i', 'cseq')]
        self.socket.sendall('\r\n'.join(['SIP/2.0 200 OK', *copied, 'Content-Length: 0', '', '']).encode())
        return True

    def listen(self, seconds):
        """Answers whoever asks whether the phone is there, for so long."""
        ends = time.monotonic() + seconds
        try:
            while self.socket and time.monotonic() < ends:
                self.socket.settimeout(max(0.01, ends - time.monotonic()))
                self._answers_probe(self._receive())
        except OSError:
            pass
        finally:
            if self.socket:
                self.socket.settimeout(self.timeout)

    def hear(self, method, seconds):
        """The next request of that method, which is answered with 200."""
        ends = time.monotonic() + seconds
        try:
            while True:
                self.socket.settimeout(max(0.01, ends - time.monotonic()))
                text = self._receive()
                if self._says_yes(text, method):
                    return text
        finally:
            self.socket.settimeout(self.timeout)

    def authorization(self, answer, algorithm='MD5', password=None):
        """The answer to a challenge."""
        for challenge in answer.all('www-authenticate'):
            fields = dict(re.findall(r'(\w+)="?([^",]*)"?', challenge.partition(' ')[2]))
            if fields.get('algorithm', 'MD5').upper() == algorithm:
                break
        else:
            raise AssertionError(f'no challenge for {algorithm} in {answer}')
        make = hashlib.md5 if algorithm == 'MD5' else hashlib.sha256
        digest = lambda *words: make(':'.join(words).encode()).hexdigest()
        uri, cnonce = f'sip:{self.domain}', secrets.token_hex(4)
        self.nonce_count += 1
        count = f'{self.nonce_count:08x}'
        response = digest(digest(self.user, fields['realm'], password or self.password), fields['nonce'], count, cnonce,
                          'auth', digest('REGISTER', uri))
        return (f'Digest username="{self.user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", uri="{uri}", '
                f'response="{response}", algorithm={algorithm}, qop=auth, nc={count}, cnonce="{cnonce}"')

    def challenge(self, expires=60, extra=(), contact=None):
        """A REGISTER without credentials."""
        if not self.socket:
            self._connect()
        self.nonce_count = 0
        return self._exchange(self._message(None, expires, extra, contact))

    def register(self, expires=60, algorithm='MD5', password=None, extra=(), contact=None):
        """The whole dance; the last answer, or None when nobody answers."""
        try:
            answer = self.challenge(expires, extra, contact)
            if answer.status == 401:
                answer = self._exchange(self._message(self.authorization(answer, algorithm, password), expires, extra,
                                                      contact))
            return answer
        except OSError:
            if self.transport != 'udp':  # over UDP a phone keeps its port, and with it its Contact
                self.close()
            return None

    def register_until(self, status, seconds, pause=1.0, **words):
        """Retries once per `pause`, as an impatient phone does; the answer, and seconds since the call."""
        began = time.monotonic()
        answer = None
        while time.monotonic() - began < seconds:
            next_try = time.monotonic() + pause
            answer = self.register(**words)
            if answer and answer.status == status:
                return answer, time.monotonic() - began
            time.sleep(max(0.0, next_try - time.monotonic()))
        raise AssertionError(f'{self.user} was not answered {status} by {self.server} in {seconds} s; last: {answer}')
