#!/bin/sh
# Long runs of the simulator: sim/run.sh [--build DIR] [--seeds N | --hours N] [--first SEED] [--outage "TEST NAME"] [--verbose]
# --seeds: that many of each kind of outage (default 1000). --hours: batches of fresh seeds until the time is over.
# Ends with the first failure; its transcript ends with the rule that was broken. To see that run again:
#   sim/run.sh --outage "sites crash and return" --first SEED --seeds 1 --verbose
set -eu
build=build seeds=1000 hours=0 first=1 outage='*'
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$2; shift 2 ;;
        --seeds) seeds=$2; shift 2 ;;
        --hours) hours=$2; shift 2 ;;
        --first) first=$2; shift 2 ;;
        --outage) outage=$2; shift 2 ;;
        --verbose) export INNKEEPER_SIM_VERBOSE=1; shift ;;
        *) sed -n 2,6p "$0"; exit 2 ;;
    esac
done
end=$(($(date +%s) + hours * 3600))
while :; do
    INNKEEPER_SIM_FIRST=$first INNKEEPER_SIM_SEEDS=$seeds "$build/tests/innkeeper_sim_tests" "$outage" --abort
    first=$((first + seeds))
    [ "$(date +%s)" -lt "$end" ] || break
done
