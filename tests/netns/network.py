"""Network namespaces and the cloud between them. Nothing here has a name outside this process: namespaces and devices
live while a descriptor or a program of the test does, so that no end of it, not even kill -9, leaves one behind."""

import ctypes
import fcntl
import json
import os
import struct
import subprocess
import sys
import threading
from pathlib import Path

from lab.process import Process

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000


def _check(result):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _own_space():
    return os.open('/proc/thread-self/ns/net', os.O_RDONLY | os.O_CLOEXEC)


def _ip(*words):
    subprocess.run(['ip', *words], check=True, capture_output=True)


class Place:
    """One network namespace with one device. `with place:` (never inside itself) the thread is there: sockets that it
    opens and programs that it starts belong there for good."""

    def __init__(self, name, addresses):
        self.name, self.addresses = name, list(addresses)
        self.space = self.device = None
        self._came_from = threading.local()
        maker = threading.Thread(target=self._make)  # a thread of its own: the namespace is a thread's
        maker.start()
        maker.join()
        if self.space is None:
            raise RuntimeError(f'no network namespace for {name}: this needs root, and /dev/net/tun')

    def _make(self):
        _check(LIBC.unshare(CLONE_NEWNET))
        self.device = os.open('/dev/net/tun', os.O_RDWR | os.O_CLOEXEC)
        fcntl.ioctl(self.device, TUNSETIFF, struct.pack('16sH22x', b'eth0', IFF_TUN | IFF_NO_PI))
        _ip('link', 'set', 'lo', 'up')
        for address in self.addresses:
            _ip('addr', 'add', f'{address}/16', 'dev', 'eth0')
        _ip('link', 'set', 'eth0', 'up')
        self.space = _own_space()

    def __enter__(self):
        self._came_from.space = _own_space()
        _check(LIBC.setns(self.space, CLONE_NEWNET))
        return self

    def __exit__(self, *_):
        _check(LIBC.setns(self._came_from.space, CLONE_NEWNET))
        os.close(self._came_from.space)

    def close(self):
        for descriptor in (self.space, self.device):
            os.close(descriptor)


class Network:
    """Places, and how well they reach each other. Any number of names may stand where one does."""

    def __init__(self, folder, seed, places):
        self.folder = folder
        self.places = {name: Place(name, addresses) for name, addresses in places.items()}
        descriptors = [place.device for place in self.places.values()]
        self.cloud = Process([sys.executable, '-B', str(Path(__file__).with_name('cloud.py')), str(seed),
                              *(f'{place.name}={place.device}={",".join(place.addresses)}'
                                for place in self.places.values())],
                             os.path.join(folder, 'cloud.log'), stdin=subprocess.PIPE, pass_fds=descriptors)

    def weather(self, sources, targets, **weather):
        """From every source to every target, one way; without words: fair."""
        for source in sources:
            for target in targets:
                if source != target:
                    self._command({'from': source, 'to': target, 'weather': weather})

    def between(self, ones, others, **weather):
        """Both ways."""
        self.weather(ones, others, **weather)
        self.weather(others, ones, **weather)

    def cut(self, ones, others):
        self.between(ones, others, up=False)

    def heal(self):
        self.weather(self.places, self.places)

    def others(self, *names):
        return [name for name in self.places if name not in names]

    def _command(self, command):
        self.cloud.child.stdin.write(json.dumps(command).encode() + b'\n')
        self.cloud.child.stdin.flush()

    def close(self):
        self.cloud.stop(5)
        for place in self.places.values():
            place.close()
