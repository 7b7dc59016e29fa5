"""A phone with a list of servers and no patience, that keeps a ledger of what became of each of its REGISTERs."""

import threading
import time
from collections import Counter, namedtuple

Try = namedtuple('Try', 'began ended server status')  # status None: nobody answered


class Handset(threading.Thread):
    """Stays with the server that serves it until that one refuses or is silent; then tries the next at once, and begins
    anew with the first after `pause` (SR5). `servers` are SipPhones by the site's name, its home first."""

    def __init__(self, servers, every=1.0, pause=1.0, expires=60):
        super().__init__(daemon=True)
        self.servers, self.every, self.pause, self.expires = servers, every, pause, expires
        self.user = next(iter(servers.values())).user
        self.ledger = []
        self.unplugged = threading.Event()

    def unplug(self):
        """Ends it; it says no goodbye."""
        self.unplugged.set()
        if self.is_alive():
            self.join(30)

    def run(self):
        working = next(iter(self.servers))
        while not self.unplugged.is_set():
            working = self._find_service(working)
            if working:
                self._rest(self.servers[working])
            else:
                self.unplugged.wait(self.pause)

    def _rest(self, server):
        ends = time.monotonic() + self.every
        while time.monotonic() < ends and not self.unplugged.is_set():
            server.listen(min(1.0, ends - time.monotonic()))

    def _find_service(self, working):
        for name in dict.fromkeys([working or next(iter(self.servers)), *self.servers]):
            began = time.monotonic()
            answer = self.servers[name].register(expires=self.expires)
            self.ledger.append(Try(began, time.monotonic(), name, answer.status if answer else None))
            if answer and answer.status == 200:
                return name
            if self.unplugged.is_set():
                break
        return None

    def grants(self, server=None, since=0.0):
        return [each for each in list(self.ledger)
                if each.status == 200 and each.ended >= since and server in (None, each.server)]

    def server(self):
        """Who granted its last REGISTER; None when nobody did."""
        last = self.ledger[-1] if self.ledger else None
        return last.server if last and last.status == 200 else None

    def moves(self):
        """How often another server served it than before."""
        servers = [each.server for each in self.grants()]
        return sum(one != other for one, other in zip(servers, servers[1:]))

    def longest_gap(self):
        """Seconds between two grants, at most, and how often the phone was answered what in between."""
        ends = [each.ended for each in self.grants()]
        length, began = max(((later - earlier, earlier) for earlier, later in zip(ends, ends[1:])), default=(0.0, 0.0))
        told = Counter(f'{each.server}: {each.status or "silence"}' for each in list(self.ledger)
                       if began < each.ended < began + length)
        return length, dict(told)
