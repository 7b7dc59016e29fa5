"""A call between two phones of the lab, with media."""

import time

from .names import DOMAIN
from .process import wait_until


def _wait_for(event, phones, before, seconds):
    for phone in phones:
        wait_until(lambda phone=phone: event in phone.events()[before[phone]:], seconds,
                   lambda phone=phone: f'{phone.user} sees {event}; it saw {phone.events()}\n'
                                       f'{phone.process.output()[-6000:]}', pause=0.02)


def call(caller, callee, seconds=15, number=None):
    """Until both are in the call; how long that took, in seconds. The callee answers by itself. `number`: what is
    dialled, where it is not the callee's own."""
    before = {phone: len(phone.events()) for phone in (caller, callee)}
    began = time.monotonic()
    caller.dial(f'sip:{number or callee.user}@{DOMAIN}')
    _wait_for('CALL_ESTABLISHED', (caller, callee), before, seconds)
    return time.monotonic() - began


def hears(phone, seconds=15):
    """Until media has come to this phone, in the call that it has begun; that may be before the call is up."""
    wait_until(lambda: 'CALL_RTPESTAB' in ' '.join(phone.events()).rpartition('CALL_CLOSED')[2], seconds,
               lambda: f'{phone.user} hears the other one; it saw {phone.events()}')


def hang_up(caller, callee, seconds=15):
    """Until both have left the call."""
    before = {phone: len(phone.events()) for phone in (caller, callee)}
    caller.hang_up()
    _wait_for('CALL_CLOSED', (caller, callee), before, seconds)
