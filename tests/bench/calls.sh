#!/bin/sh
# What does a call cost, beside Kamailio as a stateful proxy that records its route, and does memory stay flat?
#
#   sudo tests/bench/calls.sh [--rounds N] [--quick]
#
# Everything is on loopback, as in run.sh: each server on CPU 0, callers and phones on CPU 1. A call is INVITE, 407, ACK,
# INVITE with a digest, 180, 200, ACK, BYE, 200. The servers take turns, round after round; CPU is that of all threads
# per call, ratios are taken within a round, innkeeperd by Kamailio; figures are medians. innkeeperd writes a record of
# each call to PostgreSQL meanwhile, Kamailio writes none. Then 100,000 calls, 1,000 a second, and as many again, after which
# memory must be what it was before the second time, and 10,000 calls in a minute with 1 % of all datagrams lost. Ends
# with 1 when a call went wrong.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$("$here/build.sh")
exec python3 -B "$here/calls.py" --daemon "$build/daemon/innkeeperd" --programs "$build/tests/bench" "$@"
