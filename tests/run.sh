#!/bin/sh
# Builds Innkeeper and runs its tests; ends in one ctest summary, whose verdict is the exit code.
#   sudo tests/run.sh     installs what is missing; every test: unit, edge, end to end, clang, sanitizers
#   tests/run.sh --quick  the tests that need no server; nothing is installed unless run as root
set -eu
cd "$(dirname "$0")/.."

quick=no
case ${1:-} in
'') ;;
--quick) quick=yes ;;
*)
    echo "usage: tests/run.sh [--quick]" >&2
    exit 2
    ;;
esac

if [ "$(id -u)" -eq 0 ]; then
    etc/packages.sh build run test
elif [ $quick = no ]; then
    echo "tests/run.sh: the whole suite installs packages and makes network namespaces: run it as root, or with --quick" >&2
    exit 1
fi

# With the lines of backtraces alone it compiles in two thirds of the time that all of debugging would take.
set -- -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O2 -g1 -DNDEBUG' \
    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
if command -v ccache >/dev/null; then
    set -- "$@" -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
if [ $quick = yes ]; then
    cmake -S . -B build -G Ninja "$@"
    cmake --build build
    exec ctest --test-dir build --output-on-failure --no-tests=error -L unit -j "$(nproc)" </dev/null
fi
cmake -S . -B build -G Ninja -DINNKEEPER_MATRIX=ON "$@"
cmake --build build
# Two more at a time than there are processors, for the two that take what is left over (tests/CMakeLists.txt).
exec ctest --test-dir build --output-on-failure --no-tests=error -j "$(($(nproc) + 2))" </dev/null
