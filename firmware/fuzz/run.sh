#!/bin/sh
# Runs a fuzz target on its kept corpus and on inputs made from it.
#   run.sh PROGRAM runs COUNT         COUNT inputs from a fixed seed; nothing is kept
#   run.sh PROGRAM seconds COUNT      COUNT seconds; what reached new code is kept beside PROGRAM
#   run.sh PROGRAM minimise           add to the corpus the fewest finds that reach more than it does
# A crash ends it with a code other than 0; the input is left beside PROGRAM.
set -eu

program=$1
mode=$2
name=$(basename "$program" _fuzz)
kept=$(dirname "$0")/corpus/$name
finds=$program.finds
limits="-max_len=4096 -timeout=10 -rss_limit_mb=1024"

if [ -z "$(ls "$kept" 2>/dev/null)" ]; then
    echo "$kept has no inputs: a fuzz target wants a few that are right, and a few that are not" >&2
    exit 1
fi

mkdir -p "$finds"
case $mode in
runs)
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    # shellcheck disable=SC2086
    "$program" $limits -runs="$3" -seed=1 -artifact_prefix="$program." "$scratch" "$kept"
    ;;
seconds)
    # shellcheck disable=SC2086
    "$program" $limits -max_total_time="$3" -artifact_prefix="$program." "$finds" "$kept"
    ;;
minimise)
    # shellcheck disable=SC2086
    "$program" $limits -merge=1 "$kept" "$finds"
    ;;
*)
    echo "unknown mode $mode: expected runs, seconds or minimise" >&2
    exit 2
    ;;
esac
