"""kill -9 of one daemon at random moments, while phones come and go (R7)."""

import os
import random
import statistics
import threading
import time

from netcase import SITES, NetworkCase, desks, room, take_time, wait_until
from lab.supervisor import Supervisor

KILLS = int(os.environ.get('LAB_KILLS') or 50)
PHONES_OF_A_SITE = 8


class Visitor(threading.Thread):
    """A phone that registers and removes its registration, over and over, and remembers what it was promised last."""

    def __init__(self, phone, seed):
        super().__init__(daemon=True)
        self.phone, self.dice = phone, random.Random(seed)
        self.registered = False  # as last answered; None: nobody knows, a request is under way or was not answered
        self.answered = time.monotonic()
        self.going, self.idle, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.going.set()

    def run(self):
        while not self.ended.is_set():
            self.idle.set()
            self.going.wait()
            self.idle.clear()
            self._turn()
            time.sleep(self.dice.uniform(0.05, 0.4))

    def _turn(self):
        wanted, self.registered = not self.registered, None
        if wanted:
            answer = self.phone.register(expires=3600)
        else:
            answer = self.phone.register(expires=0, contact='*')
        if answer and answer.status == 200:
            self.registered, self.answered = wanted, time.monotonic()

    def halt(self):
        """Until it was told to go on; a request under way comes to its end."""
        self.going.clear()

    def unplug(self):
        self.ended.set()
        self.going.set()
        self.join(10)


class FiftyKills(NetworkCase):
    """What was answered 200 is known after the restart: registrations are there, removals stay removed."""

    @classmethod
    def open(cls):
        take_time(int(KILLS * 8 + 100))
        cls.connect()
        cls.numbers = {site: [f'{turn}{number:03}' for number in range(PHONES_OF_A_SITE)]
                       for turn, site in enumerate(SITES, 1)}
        cls.three_sites(**{site: desks(*numbers) for site, numbers in cls.numbers.items()})
        for site in cls.lab.sites.values():
            cls.keep_memory_of(site)
        cls.wait_for_calm()

    @classmethod
    def keep_memory_of(cls, site):
        """From its next life on, as systemd does it."""
        supervisor = Supervisor(site.folder)
        cls.addClassCleanup(supervisor.close)
        site.launch = supervisor.launch
        site.stop()
        site.start()
        site.wait_ready()

    def visitors(self, site):
        made = []
        for number in self.numbers[site]:
            phone = self.sip_phone(number, self.lab.sites[site], room=room(site), timeout=0.5)
            made.append(Visitor(phone, f'{self.seed} {number}'))
            self.addCleanup(made[-1].unplug)
            made[-1].start()
        return made

    def first_answer(self, site):
        """Seconds from a start to the first answer to anybody."""
        began = time.monotonic()
        site.start()
        probe = self.sip_phone(self.numbers[site.name][0], site, room=room(site.name), timeout=0.1)
        while True:
            try:
                probe.challenge()
                return time.monotonic() - began
            except OSError:
                probe.close()
                time.sleep(0.02)
            self.assertLess(time.monotonic() - began, 30, f'{site.name} does not come back:\n{site.tail()}')

    def killed(self, site, visitors):
        """One kill; the visitors that were promised what is no longer so, with the seconds from answer to kill."""
        moment = time.monotonic()
        site.kill()
        for visitor in visitors:
            visitor.halt()
        for visitor in visitors:
            visitor.idle.wait(10)
        self.restarts.append(self.first_answer(site))
        site.wait_ready()
        promised = {visitor.phone.user: visitor for visitor in visitors if visitor.registered is not None}

        def broken():
            known = site.own_phones()
            return [visitor for number, visitor in promised.items() if visitor.registered != (number in known)]
        ends = time.monotonic() + 2
        while broken() and time.monotonic() < ends:
            time.sleep(0.1)
        found = [(moment - visitor.answered, visitor.phone.user, visitor.registered) for visitor in broken()]
        for visitor in visitors:
            visitor.registered = visitor.phone.user in site.own_phones()
            visitor.going.set()
        return found

    def test_nothing_acknowledged_is_lost(self):
        self.restarts, lost = [], []
        visitors = {site: self.visitors(site) for site in SITES}
        for turn in range(KILLS):
            name = self.dice.choice(SITES)
            wait = self.dice.uniform(0.4, 1.2)
            time.sleep(wait)
            found = self.killed(self.lab.sites[name], visitors[name])
            for age, number, registered in sorted(found):
                told = 'registration' if registered else 'removal'
                lost.append(f'kill {turn + 1} of {name}: the {told} of {number}, answered {1000 * age:.0f} ms before')
        print(f'{KILLS} kills: restart to first answer: median {statistics.median(self.restarts):.2f} s, longest '
              f'{max(self.restarts):.2f} s; not kept: {len(lost)}', *lost, sep='\n  ', flush=True)
        self.assertEqual(lost, [])
        for name, phones in visitors.items():
            for visitor in phones:
                visitor.halt()
                visitor.idle.wait(10)
            promised = {visitor.phone.user for visitor in phones if visitor.registered}
            doubtful = {visitor.phone.user for visitor in phones if visitor.registered is None}
            for site in self.lab.sites.values():
                wait_until(lambda: site.phones_registered(name) - doubtful == promised, 10,
                           lambda: f'{site.name} knows the phones of {name}: {promised}, not '
                                   f'{site.phones_registered(name) - doubtful}', pause=0.2)
