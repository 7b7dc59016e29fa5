#!/bin/sh
# Builds everything a second time in a way of its own and runs its tests: one ctest test of the main build per way.
#   tests/matrix.sh clang|address|thread BUILD_FOLDER
set -eu
way=$1
folder=$2
source=$(cd "$(dirname "$0")/.." && pwd)

# ThreadSanitizer of this g++ cannot map its shadow on kernels that randomise more bits than it knows.
if [ "${MATRIX_WITHOUT_RANDOMISATION:-}" = "" ] && setarch -R true 2>/dev/null; then
    MATRIX_WITHOUT_RANDOMISATION=yes exec setarch -R "$0" "$@"
fi

set --
if command -v ccache >/dev/null; then
    set -- "$@" -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache
fi
case $way in
clang) # warnings alone: nothing of it is run
    set -- "$@" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DCMAKE_C_COMPILER=clang-14 -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O0 ;;
address) set -- "$@" -DINNKEEPER_SANITIZE=address,undefined -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O1 -g1' ;;
thread) set -- "$@" -DINNKEEPER_SANITIZE=thread -DCMAKE_CXX_FLAGS_RELWITHDEBINFO='-O1 -g1' ;;
*)
    echo "matrix.sh: unknown way '$way'" >&2
    exit 2
    ;;
esac
# Several sources read as one take a third of the time; the main build reads each alone.
set -- "$@" -DCMAKE_UNITY_BUILD=ON

cmake -S "$source" -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo "$@" >"$folder.log" 2>&1 ||
    { cat "$folder.log"; exit 1; }
cmake --build "$folder" >"$folder.log" 2>&1 || { tail -n 200 "$folder.log"; exit 1; }
[ "$way" != clang ] || exit 0

export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=second_deadlock_stack=1:halt_on_error=1
export INNKEEPER_SIM_SEEDS=3 # of each kind: the main build has run the many
case $way in
address) labels='unit|edge|e2e' ;; # real phones too: what they send is what nobody thought of
thread) labels='unit|edge' ;;
esac
ctest --test-dir "$folder" --output-on-failure --no-tests=error -L "$labels" -LE patient -j "$(nproc)"
