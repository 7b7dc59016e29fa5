"""Programs that a lab starts: each ends with the lab, by its process id, however the lab ends."""

import atexit
import ctypes
import os
import signal
import subprocess
import sys
import time

_running = []


class Gone(Exception):
    """A program ended that should have stayed, or a wait ran out."""


def wait_until(condition, seconds, what, pause=0.02):
    """Polls until condition() is true; returns what it returned. The only way a lab waits."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise Gone(f'waited {seconds:g} s in vain until {what() if callable(what) else what}')
        time.sleep(pause)


# Ends what is left when the lab was killed: a program that gave its rights up no longer dies with its parent. A number
# counts only for the process that had it when it was told.
_REAPER = """
import os, signal, sys
def born(pid):
    try:
        with open(f'/proc/{pid}/stat') as file:
            return file.read().rpartition(')')[2].split()[19]
    except OSError:
        return None
known = {int(line): born(int(line)) for line in sys.stdin}
for pid, when in reversed(known.items()):
    if when and born(pid) == when:
        os.kill(pid, signal.SIGTERM)
"""
_reaper = None


def _tell_reaper(pid):
    global _reaper
    if _reaper is None:
        _reaper = subprocess.Popen([sys.executable, '-B', '-c', _REAPER], stdin=subprocess.PIPE, start_new_session=True)
    _reaper.stdin.write(f'{pid}\n'.encode())
    _reaper.stdin.flush()


def _die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG: also when the lab itself is killed


class Process:
    """One running program with its output in a file."""

    def __init__(self, argv, log, env=None, stdin=subprocess.DEVNULL, cwd=None, pass_fds=()):
        self.argv = argv
        self.log = log
        with open(log, 'ab') as out:
            self.child = subprocess.Popen(argv, stdout=out, stderr=subprocess.STDOUT, stdin=stdin, cwd=cwd,
                                          pass_fds=pass_fds, env={**os.environ, **(env or {})},
                                          preexec_fn=_die_with_parent,
                                          start_new_session=True)  # Ctrl-C is the lab's to handle
        _running.append(self)
        _tell_reaper(self.pid)

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        if self.running():
            self.child.send_signal(number)

    def kill(self):
        """Ends it as a power cut would."""
        self.signal(signal.SIGKILL)
        self.wait(10)

    def stop(self, seconds=10):
        """Asks it to end, insists after a while; returns its exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.wait(seconds)
        except Gone:
            self.kill()
            return self.child.returncode

    def wait(self, seconds):
        try:
            code = self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Gone(f'{self.argv[0]} still runs after {seconds:g} s') from None
        if self in _running:
            _running.remove(self)
        return code

    def output(self):
        with open(self.log, encoding='utf-8', errors='replace') as file:
            return file.read()


def end_all():
    """Ends whatever is still running, youngest first."""
    left = list(reversed(_running))
    for process in left:
        process.signal(signal.SIGTERM)
    for process in left:
        process.stop(5)


atexit.register(end_all)
