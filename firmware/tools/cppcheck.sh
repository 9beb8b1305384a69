#!/bin/sh
# Runs cppcheck over the firmware's sources: core, device, host, fuzz and the chip's.
set -eu
cd "$(dirname "$0")/.."
exec cppcheck --std=c++17 --language=c++ --quiet --error-exitcode=1 --inline-suppr -j 2 \
    --enable=warning,style,performance,portability --suppress=unmatchedSuppression \
    --suppressions-list=.cppcheck --template='{file}:{line}: {message} [{id}]' \
    -I core -I . -I tests core device host fuzz esp
