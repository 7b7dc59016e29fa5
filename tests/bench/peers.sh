#!/bin/sh
# How fast does a peer know what a site knows?
#
#   sudo tests/bench/peers.sh [--users N]
#
# Two sites on loopback, with their embedded databases and the real TLS link. north has 100,000 users, registered all
# but 20; then south starts, knowing nothing, as the backup of north. Seconds are counted from north's link being up to
# all registrations, then to all records of users being there. Then the 20 phones register one by one: how long after
# its 200 OK is each known at south?
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$("$here/build.sh")
exec python3 -B "$here/replicate.py" --daemon "$build/daemon/innkeeperd" --programs "$build/tests/bench" "$@"
