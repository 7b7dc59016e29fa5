#!/bin/sh
# Bad weather for as long as you like, with three installed daemons and real phones in namespaces of their own:
#   sudo tests/netns/run.sh [--minutes N] [--daemon PATH]
# 20 % loss with jitter on every path for N minutes (10), beside it a home that is gone for 8 s and back for 8 s, with
# hold-downs to match, and 50 kills every ten minutes. No home that lives may be given up, no phone served twice or moved
# more than twice, and nothing acknowledged lost. LAB_SEED=N repeats what is random.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
minutes=10
daemon=$here/../../build/daemon/innkeeperd
while [ $# -gt 0 ]; do
    case $1 in
    --minutes) minutes=$2 ;;
    --daemon) daemon=$2 ;;
    *)
        echo "usage: tests/netns/run.sh [--minutes N] [--daemon PATH]" >&2
        exit 2
        ;;
    esac
    shift 2
done
if [ "$(id -u)" -ne 0 ]; then
    echo "tests/netns/run.sh: network namespaces need root" >&2
    exit 1
fi

LAB_DAEMON=$(realpath "$daemon")
LAB_MINUTES=$minutes
LAB_KILLS=$((minutes * 5))
LAB_TURNS=$((minutes * 60 / 16 + 1))
export LAB_DAEMON LAB_MINUTES LAB_KILLS LAB_TURNS
cd "$here"
logs=$(mktemp -d)
verdict=0
children=
for case in weather_test.Lossy flapping_home_test.FlappingHome kill_test.FiftyKills; do
    python3 -B -m unittest "$case" >"$logs/$case" 2>&1 &
    children="$children $!=$case"
done
# shellcheck disable=SC2086 # ended by their ids
trap 'for child in $children; do kill "${child%%=*}" 2>/dev/null || true; done; wait; exit 130' INT TERM HUP
for child in $children; do
    wait "${child%%=*}" || verdict=1
    printf '\n== %s\n' "${child#*=}"
    cat "$logs/${child#*=}"
done
rm -r "$logs"
exit $verdict
