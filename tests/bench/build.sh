#!/bin/sh
# Builds what is measured, and what measures, in Release; prints the folder. Private to run.sh, calls.sh, peers.sh and storm.sh.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${INNKEEPER_BENCH_BUILD:-$root/build-bench}
{
    [ -e "$build/build.ninja" ] || cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release
    cmake --build "$build" --target innkeeperd innkeeper_sip_load innkeeper_storm_load innkeeper_call_load innkeeper_udp_echo
} >&2
echo "$build"
