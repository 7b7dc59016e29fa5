#!/bin/sh
# A home dies, and all of its phones turn to the backup: how long until all are in, and at what price?
#
#   sudo tests/bench/storm.sh [--phones N ...] [--spread SECONDS] [--rate PER_SECOND] [--kamailio]
#
# Two sites on loopback with their embedded databases and the real TLS link. All phones (10,000, then 100,000) register
# at north; north is killed with -9; the phones turn to south within `spread` seconds (default: 10,000 a second), each
# comes back when Retry-After says so, and what each was told is kept: seconds until half, 95 % and all are in, refusals
# of one phone at most, promises broken, the longest queue, answer times throughout, the loop's lag. --kamailio: the
# same phones turn to a Kamailio that lets everybody in (no home, no record, no database). Ends with 1 when a promise
# was broken or a phone stayed outside.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$("$here/build.sh")
exec python3 -B "$here/storm.py" --daemon "$build/daemon/innkeeperd" --programs "$build/tests/bench" "$@"
