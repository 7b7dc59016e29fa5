#!/bin/sh
# The unit is understood by systemd and as closed as promised: check_unit.sh UNIT. The binary need not be installed.
set -eu

unit=$1
most_exposed=15 # 1.5 of 10, in tenths

if ! command -v systemd-analyze >/dev/null; then
    echo "SKIP: systemd-analyze is not installed"
    exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
sed 's|^ExecStart=[^ ]*|ExecStart=/bin/true|' "$unit" >"$folder/innkeeper.service"

# An unknown key is one printed line and exit code 0: silence is the test.
said=$(systemd-analyze verify --man=no "$folder/innkeeper.service" 2>&1) || true
if [ -n "$said" ]; then
    echo "$said"
    exit 1
fi
systemd-analyze security --offline=yes --no-pager --threshold=$most_exposed "$folder/innkeeper.service"

for line in Type=notify LimitCORE=0 MemorySwapMax=0 FileDescriptorStoreMax=16 User=innkeeper; do
    grep -qx "$line" "$unit" || { echo "missing: $line"; exit 1; }
done
