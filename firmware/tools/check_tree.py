#!/usr/bin/env python3
"""Checks what no compiler does: each file of the core has its test, each fuzz target its inputs,
each NOLINT its reason, and the core includes nothing of an operating system.

    check_tree.py [FIRMWARE]
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

# The standard library as far as the core may have it: nothing that allocates, throws, locks,
# prints or asks for the time.
STANDARD = {
    "algorithm",
    "array",
    "atomic",
    "bitset",
    "charconv",
    "climits",
    "cmath",
    "cstddef",
    "cstdint",
    "cstring",
    "functional",
    "initializer_list",
    "iterator",
    "limits",
    "new",
    "numeric",
    "optional",
    "string_view",
    "system_error",
    "tuple",
    "type_traits",
    "utility",
    "variant",
}
INCLUDE = re.compile(r"^#include <([^>]+)>", re.MULTILINE)
# Without `: why` behind it.
BARE_NOLINT = re.compile(r"NOLINT\w*(\([^)]*\))?(?!\w)(?!\(|: \S)")


def untested(firmware: Path) -> list[str]:
    problems = []
    for source in sorted(firmware.glob("core/*/*.cpp")):
        name = source.relative_to(firmware / "core").with_suffix("")
        test = firmware / "tests" / name.parent / f"{name.name}_test.cpp"
        if not test.exists():
            problems.append(f"core/{name}.cpp has no test: expected tests/{name}_test.cpp")
    return problems


def without_inputs(firmware: Path) -> list[str]:
    targets = {path.name.removesuffix("_fuzz.cpp") for path in firmware.glob("fuzz/*_fuzz.cpp")}
    corpora = {path.parent.name for path in firmware.glob("fuzz/corpus/*/*")}
    return [f"fuzz/{name}_fuzz.cpp has no inputs in fuzz/corpus" for name in targets - corpora] + [
        f"fuzz/corpus/{name} has no target" for name in corpora - targets
    ]


def outside_of_the_core(firmware: Path) -> list[str]:
    return [
        f"{path.relative_to(firmware)} includes <{header}>: the core has no heap, no operating "
        "system and no clock"
        for path in sorted(firmware.glob("core/**/*.[ch]pp"))
        for header in INCLUDE.findall(path.read_text())
        if header not in STANDARD
    ]


def without_reason(firmware: Path) -> list[str]:
    problems = []
    for folder in ("core", "device", "host", "esp", "fuzz", "tests"):
        for path in sorted((firmware / folder).rglob("*.[ch]pp")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                if "NOLINT" in line and "NOLINTEND" not in line and BARE_NOLINT.search(line):
                    where = f"{path.relative_to(firmware)}:{number}"
                    problems.append(f"{where}: NOLINT wants the check and a reason: (check): why")
    return problems


def main() -> int:
    firmware = Path(sys.argv[1]) if sys.argv[1:] else Path(__file__).resolve().parents[1]
    checks = (untested, without_inputs, outside_of_the_core, without_reason)
    problems = [problem for check in checks for problem in check(firmware)]
    for problem in problems:
        print(f"check_tree: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
