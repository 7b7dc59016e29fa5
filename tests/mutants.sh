#!/bin/sh
# Plants known faults in lib/core, lib/calls and lib/auth, one at a time beside a build that passes (tests/run.sh), and
# sees whether a test notices: unit tests, then scenarios, then a few seeds of the simulator. A fault that survives is a
# test that is missing.
#   tests/mutants.sh [--build DIR] [--jobs N] [--only WORD] [--one-each] [--list]
# --one-each takes one of each requirement, which is what tests/run.sh has the time for.
# The faults stand in tests/mutants/*.txt; run.py of that folder says how they are written.
set -eu
exec python3 -B "$(dirname "$0")/mutants/run.py" "$@"
