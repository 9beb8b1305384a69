#!/bin/sh
# Installs what is missing outside the repository, and nothing else.
#   setup-system.sh run    Python >= 3.11 with venv; prints the interpreter to use
#   setup-system.sh test   Chromium, coturn, namespaces' tools: real parts for the tests; a compiler
# On Debian and its relatives as root or with sudo; elsewhere it says what is needed.
set -eu

say() { printf '%s\n' "$*" >&2; }

# install WHY PACKAGE...
install() {
    why=$1
    shift
    if ! command -v apt-get >/dev/null; then
        say "$why Please install it (on Debian the packages are: $*), then run this again."
        exit 1
    fi
    if [ "$(id -u)" -eq 0 ]; then
        root=
    elif command -v sudo >/dev/null; then
        root=sudo
    else
        say "$why Please run as root: apt-get install -y $*"
        exit 1
    fi
    say "$why Installing $*"
    $root apt-get update -qq >&2
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

find_python() {
    for python in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
        if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s\n' "$python"
            return 0
        fi
    done
    return 1
}

for_running() {
    if ! command -v python3 >/dev/null; then
        install "Python is missing." python3 python3-venv
    fi
    if ! python=$(find_python); then
        say "Peerlens needs Python 3.11 or newer, and python3 here is $(python3 -V 2>&1)."
        say "Debian 12, Ubuntu 24.04 and later have it. Otherwise install one and name it:"
        say "  make PYTHON=/path/to/python3.12 run"
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        install "$python cannot make virtual environments." "$(basename "$python")-venv"
    fi
    printf '%s\n' "$python"
}

for_testing() {
    missing=
    services=
    command -v chromium >/dev/null || missing="chromium"
    # The tests lay bad networks between namespaces. nft is not on every user's path.
    command -v ip >/dev/null || missing="$missing iproute2"
    command -v nft >/dev/null || [ -x /usr/sbin/nft ] || missing="$missing nftables"
    # Playwright drives Chromium by a Node.js of its own, which needs it.
    /sbin/ldconfig -p | grep -q libatomic.so.1 || missing="$missing libatomic1"
    # The boards' core and its tests are C++.
    command -v g++ >/dev/null || missing="$missing g++"
    command -v cmake >/dev/null || missing="$missing cmake"
    # clang compiles it a second time, for the fuzz targets and their sanitizers, and checks it.
    command -v clang++ >/dev/null || missing="$missing clang"
    find /usr/lib/llvm-*/lib/clang -name 'libclang_rt.fuzzer-*' 2>/dev/null | grep -q . ||
        missing="$missing libclang-rt-dev"
    command -v clang-tidy >/dev/null || missing="$missing clang-tidy"
    command -v clang-format >/dev/null || missing="$missing clang-format"
    command -v cppcheck >/dev/null || missing="$missing cppcheck"
    # The size report compiles for 32 bits.
    echo '#include <vector>' | g++ -m32 -x c++ -fsyntax-only - 2>/dev/null ||
        missing="$missing g++-multilib"
    [ -e /usr/include/mbedtls/ssl.h ] || missing="$missing libmbedtls-dev"
    [ -e /usr/include/jpeglib.h ] || missing="$missing libjpeg62-turbo-dev"
    [ -e /usr/include/gtest/gtest.h ] || missing="$missing libgtest-dev"
    [ -e /usr/include/nlohmann/json.hpp ] || missing="$missing nlohmann-json3-dev"
    command -v turnserver >/dev/null || services="$services coturn"
    # What the benchmarks measure against; their tests run it.
    command -v janus >/dev/null || services="$services janus"
    command -v motion >/dev/null || services="$services motion"
    # A broker, as Home Assistant has one.
    command -v mosquitto >/dev/null || [ -x /usr/sbin/mosquitto ] || services="$services mosquitto"
    [ -n "$missing$services" ] || return 0
    # shellcheck disable=SC2086
    install "The tests drive real programs." $missing $services
    if [ -d /run/systemd/system ]; then
        # These packages start a server of their own; the tests start theirs.
        for service in $services; do
            ${root:-} systemctl disable --now "$service" >&2 || true
        done
    fi
}

case ${1:-} in
run) for_running ;;
test) for_testing ;;
*)
    say "usage: $0 run|test"
    exit 2
    ;;
esac
