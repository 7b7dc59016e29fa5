#!/bin/sh
# Shows the main job on one fresh Debian 12: installs what is missing, builds, opens three sites with real phones, kills
# one site and brings it back. Everything runs on loopback addresses and is gone at the end, except the packages, the
# build folder and the system user `innkeeper`.
#   sudo etc/quickstart.sh         leaves the sites running until Ctrl-C
#   sudo etc/quickstart.sh --once  ends by itself; the exit code tells whether all went right
set -eu
cd "$(dirname "$0")/.."

case ${1:-} in
'' | --once) ;;
*)
    echo "usage: etc/quickstart.sh [--once]" >&2
    exit 2
    ;;
esac
if [ "$(id -u)" -ne 0 ]; then
    echo "etc/quickstart.sh installs packages and starts daemons that give their rights up: run it with sudo" >&2
    exit 1
fi

folder=build-quickstart
log=$folder.log

# Runs a command with its output in the log; shows the log when it fails, else one line with the seconds it took.
step() {
    title=$1
    shift
    began=$(date +%s)
    if [ -t 1 ]; then printf '%s ...' "$title"; fi
    if ! "$@" >>$log 2>&1; then
        printf '\n%s: failed; the end of %s/%s:\n' "$title" "$PWD" "$log" >&2
        tail -n 40 $log >&2
        exit 1
    fi
    if [ -t 1 ]; then printf '\r'; fi
    printf '%-44s %4d s\n' "$title" $(($(date +%s) - began))
}

# ninja's own progress, on one line that rewrites itself.
build() {
    if [ -t 3 ]; then
        NINJA_STATUS='%f/%t ' cmake --build $folder --target innkeeperd | tee -a $log |
            while read -r count _; do case $count in [0-9]*/*) printf '\rBuilding %-35s' "$count" >&3 ;; esac; done
        [ -x $folder/daemon/innkeeperd ]
    else
        cmake --build $folder --target innkeeperd
    fi
}

exec 3>&1
: >$log
step 'Installing what is missing' etc/packages.sh build run
step 'Configuring' cmake -S . -B $folder -G Ninja -DCMAKE_BUILD_TYPE=Release -DINNKEEPER_TESTS=OFF
step 'Building innkeeperd' build
exec python3 etc/lab/quickstart.py "$PWD/$folder/daemon/innkeeperd" "$@"
