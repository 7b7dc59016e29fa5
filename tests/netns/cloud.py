#!/usr/bin/python3
"""The network between the namespaces: carries IP packets from place to place, as well or as badly as it is told.

Every place hangs on one TUN device whose other end is a descriptor here, so that a packet on its way is nobody's but
ours: it can be lost, held back, doubled or overtaken, each direction of each path by itself. Debian's kernels could do
that with tc netem; the kernels of many build machines come without it, and what is left there (nftables' numgen) loses
packets but cannot delay them.

  cloud.py SEED NAME=DESCRIPTOR=ADDRESS[,ADDRESS] ...

Commands are lines of JSON on stdin, {"from": NAME, "to": NAME, "weather": {...}}. Ends when stdin does.
"""

import heapq
import ipaddress
import json
import os
import random
import select
import sys
import time

LONGEST_PACKET = 65536
BACKLOG = 20000  # packets held back at a time; a path that would need more loses them, as a router would
DESTINATION = slice(16, 20)  # of an IPv4 header


class Weather:
    """How one direction of one path is. Times in seconds, the rest are probabilities. Packets overtake each other
    within the jitter. `flap`: up so long, then down as long, and so on."""

    def __init__(self, up=True, loss=0.0, delay=0.0, jitter=0.0, double=0.0, flap=0.0):
        self.up, self.loss, self.delay, self.jitter, self.double, self.flap = up, loss, delay, jitter, double, flap
        self.began = time.monotonic()

    def passes(self, now, dice):
        if not self.up or (self.flap and int((now - self.began) / self.flap) % 2):
            return False
        return dice.random() >= self.loss

    def latency(self, dice):
        return self.delay + (dice.uniform(0, self.jitter) if self.jitter else 0.0)


class Cloud:
    def __init__(self, seed, places):
        self.dice = random.Random(seed)
        self.names = {device: name for name, device, _ in places}
        self.devices = {name: device for name, device, _ in places}
        self.homes = {ipaddress.IPv4Address(address).packed: name for name, _, addresses in places
                      for address in addresses}
        self.weather = {}
        self.held = []
        self.carried = 0
        self.commands = b''

    def run(self):
        poll = select.epoll()
        for device in self.names:
            os.set_blocking(device, False)
            poll.register(device, select.EPOLLIN)
        poll.register(sys.stdin.fileno(), select.EPOLLIN)
        while True:
            patience = max(0.0, self.held[0][0] - time.monotonic()) if self.held else None
            for device, _ in poll.poll(patience):
                if device in self.names:
                    self.take(device)
                elif not self.obey(os.read(device, LONGEST_PACKET)):
                    return
            self.let_go()

    def take(self, device):
        try:
            while True:
                self.route(self.names[device], os.read(device, LONGEST_PACKET))
        except BlockingIOError:
            pass

    def route(self, source, packet):
        target = self.homes.get(packet[DESTINATION]) if packet[0] >> 4 == 4 else None
        if target is None:
            return
        weather = self.weather.get((source, target))
        if weather is None:
            return self.deliver(target, packet)
        now = time.monotonic()
        for _ in range(2 if self.dice.random() < weather.double else 1):
            if weather.passes(now, self.dice) and len(self.held) < BACKLOG:
                self.carried += 1  # keeps packets of one moment in order, and the heap from comparing them
                heapq.heappush(self.held, (now + weather.latency(self.dice), self.carried, target, packet))

    def let_go(self):
        now = time.monotonic()
        while self.held and self.held[0][0] <= now:
            _, _, target, packet = heapq.heappop(self.held)
            self.deliver(target, packet)

    def deliver(self, target, packet):
        try:
            os.write(self.devices[target], packet)
        except OSError:
            pass  # its queue is full, or its device down: lost

    def obey(self, octets):
        """False: nobody is left who could command."""
        self.commands += octets
        *lines, self.commands = self.commands.split(b'\n')
        for line in lines:
            command = json.loads(line)
            self.weather[command['from'], command['to']] = Weather(**command['weather'])
        return bool(octets)


def main():
    seed, *places = sys.argv[1:]
    try:
        os.nice(-10)  # a starved cloud would be bad weather that nobody asked for
    except PermissionError:
        pass
    parts = [place.split('=') for place in places]
    Cloud(int(seed), [(name, int(device), addresses.split(',')) for name, device, addresses in parts]).run()


if __name__ == '__main__':
    main()
