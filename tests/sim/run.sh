#!/bin/sh
# Long runs of the simulator: sim/run.sh [--build DIR] [--seeds N | --hours N] [--first SEED] [--jobs N] [--outage "TEST NAME"] [--verbose]
# --seeds: that many of each kind of outage (default 1000). --hours: batches of fresh seeds until the time is over.
# --jobs: that many at a time (default: one for each core), each with seeds of its own.
# Ends with the first failure: its transcript ends with the rule that was broken, and the same run follows as a scenario
# for tests/scenarios/. To see that run again:
#   sim/run.sh --outage "sites crash and return" --first SEED --seeds 1 --verbose
set -eu
build=build seeds=1000 hours=0 first=1 jobs=$(nproc) outage='~[planted]~[phones]'
while [ $# -gt 0 ]; do
    case $1 in
        --build) build=$2; shift 2 ;;
        --seeds) seeds=$2; shift 2 ;;
        --hours) hours=$2; shift 2 ;;
        --first) first=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        --outage) outage=$2; shift 2 ;;
        --verbose) export INNKEEPER_SIM_VERBOSE=1; shift ;;
        *) sed -n 2,7p "$0"; exit 2 ;;
    esac
done
[ "$seeds" -ge "$jobs" ] || jobs=$seeds
said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT
trap 'exit 130' INT TERM
end=$(($(date +%s) + hours * 3600))
while :; do
    running=
    for job in $(seq "$jobs"); do
        share=$((seeds / jobs + (job <= seeds % jobs)))
        INNKEEPER_SIM_FIRST=$first INNKEEPER_SIM_SEEDS=$share \
            "$build/tests/innkeeper_sim_tests" "$outage" --abort >"$said/$job" 2>&1 &
        running="$running $job:$!"
        first=$((first + share))
    done
    for one in $running; do
        wait "${one#*:}" && continue
        cat "$said/${one%:*}"
        for other in $running; do kill "${other#*:}" 2>/dev/null || true; done
        exit 1
    done
    echo "every kind of outage survived the seeds before $first"
    [ "$(date +%s)" -lt "$end" ] || break
done
