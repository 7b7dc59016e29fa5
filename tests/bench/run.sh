#!/bin/sh
# How fast is innkeeperd, beside Kamailio and beside the limit of one core?
#
#   sudo tests/bench/run.sh [--rounds N] [--quick]
#
# Everything is on loopback: innkeeperd with its embedded PostgreSQL and 100,000 imported users, Kamailio with the same
# users' HA1 in memory and one worker, a UDP echo; each on CPU 0, the load generator on CPU 1. They take turns, round
# after round. CPU is that of all threads of a server, per transaction ("challenge and answer" is one of two requests);
# ratios are taken within a round, innkeeperd by Kamailio; all figures are medians. Memory is the growth of the
# proportional set size while registrations grow tenfold. Ends with 1 when an answer was wrong or missing: a server
# that does less is no rival.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$("$here/build.sh")
exec python3 -B "$here/compare.py" --daemon "$build/daemon/innkeeperd" --programs "$build/tests/bench" "$@"
