#!/bin/sh
# The one list of Debian 12 packages, in three groups, and how they are installed.
#   etc/packages.sh build run test     installs what is missing of these groups (as root); does nothing else
#   etc/packages.sh --list GROUP...    prints the names
#   etc/packages.sh --missing GROUP... prints what is not installed
set -eu

packages_of() {
    case $1 in
    build) # what configures, compiles and links innkeeperd
        echo g++ cmake ninja-build pkg-config protobuf-compiler libprotobuf-dev libsofia-sip-ua-dev libpqxx-dev \
            libboost-program-options-dev prometheus-cpp-dev libcpp-httplib-dev libsystemd-dev libssl-dev \
            nlohmann-json3-dev
        ;;
    run) # the embedded database; what the quickstart shows: phones, name server, certificates
        echo postgresql-15 baresip-core dnsmasq-base openssl python3 procps
        ;;
    test) # the second compiler, sanitizers, unit tests, more phones, faults, and a rival to measure against
        echo ccache catch2 clang-14 libclang-rt-14-dev clang-format-14 linphone-cli sip-tester kamailio prometheus \
            nftables iproute2 systemd shellcheck
        ;;
    *)
        echo "packages.sh: unknown group '$1' (build, run, test)" >&2
        exit 2
        ;;
    esac
}

missing_of() {
    for package in $(packages_of "$1"); do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || echo "$package"
    done
}

action=install
case ${1:-} in
--list | --missing)
    action=${1#--}
    shift
    ;;
esac
[ $# -gt 0 ] || set -- build run test

wanted=
for group; do
    packages_of "$group" >/dev/null
    if [ "$action" = list ]; then
        wanted="$wanted $(packages_of "$group")"
    else
        wanted="$wanted $(missing_of "$group")"
    fi
done
# shellcheck disable=SC2086 # a list of words
set -- $wanted

if [ "$action" != install ]; then
    [ $# -eq 0 ] || printf '%s\n' "$@"
    exit 0
fi
[ $# -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ]; then
    echo "packages.sh: not installed: $* (run as root)" >&2
    exit 1
fi

# Some of these packages bring a server that would start at once; none of them is wanted running on this machine.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
    trap 'rm -f $policy' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
fi
units='postgresql kamailio prometheus prometheus-node-exporter'
before=
for unit in $units; do
    [ ! -e "/lib/systemd/system/$unit.service" ] || before="$before $unit "
done

export DEBIAN_FRONTEND=noninteractive
apt-get -qq update
apt-get -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0 install "$@"

# Nor at the next boot, unless the machine had that server before.
for unit in $units; do
    case $before in *" $unit "*) continue ;; esac
    [ ! -e "/lib/systemd/system/$unit.service" ] || systemctl --quiet disable "$unit" 2>/dev/null || true
done
