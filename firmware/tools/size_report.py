#!/usr/bin/env python3
"""Says how much flash and static RAM the firmware takes, object by object, and holds each to its
budget (size_budget.json).

It compiles core and device by clang -Os for 32-bit RISC-V, as the ESP32-C6 is; the ESP32-S3's
Xtensa is about as dense. The headers of the standard library are those of the host's 32-bit GCC.
So the numbers are good for comparing and for noticing growth; what a chip really needs, the linker
of ESP-IDF says. What it also says: no object of the core may ask for a heap, or for an operating
system.

    size_report.py                 compile, report, compare
    size_report.py --renew         write budgets anew, each a tenth above what is needed now
"""

from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from elf import ObjectFile, read_object

FIRMWARE = Path(__file__).resolve().parents[1]
BUDGET = Path(__file__).with_name("size_budget.json")
COMPILER = [
    "clang++",
    "--target=riscv32-unknown-linux-gnu",
    "-march=rv32imac",
    "-mabi=ilp32",
    "-std=c++17",
    "-Os",
    "-fno-pic",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-exceptions",
    "-fno-rtti",
    "-fno-threadsafe-statics",
    # An attribute in a header of the C library, which only the host's processor knows.
    "-D__regparm__(x)=",
]
HEADROOM = 1.1

# All that the core may call beside itself: memory and text, arithmetic, numbers as text.
MAY_CALL = re.compile(
    r"mem(cpy|move|set|cmp|chr)|bcmp|strlen"
    r"|l?l?round|floor|ceil|fmod|exp|log|pow|sqrt|fabs|nan|trunc|sin|cos"
    r"|__[a-z]*[dst][fi](di|si|sf|df)?[0-9]?"
    r"|_ZSt8to_chars.*|_ZSt10from_chars.*"
    r"|_ZSt[0-9]+__throw_.*|__cxa_pure_virtual"
    r"|_ZNK?8peerlens.*|_ZN?K?TV?N?8peerlens.*|_ZTVN8peerlens.*"
)


def include_folders() -> list[str]:
    """Of the standard library, for 32 bits."""
    command = ["g++", "-m32", "-x", "c++", "-E", "-v", "/dev/null"]
    said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
    folders = re.findall(r"^ (/\S+)$", said, re.MULTILINE)
    chosen = [f for f in folders if not re.search(r"/gcc/.*/include", f)]
    if not any((Path(f) / "bits/c++config.h").exists() for f in chosen):
        sys.exit("size_report: no headers for 32 bits; install g++-multilib")
    return [part for folder in chosen for part in ("-isystem", folder)]


def compile_object(source: Path, objects: Path, includes: list[str]) -> ObjectFile:
    target = objects / (str(source).strip("/").replace("/", "_") + ".o")
    command = [*COMPILER, "-nostdinc++", *includes]
    command += ["-I", str(FIRMWARE / "core"), "-I", str(FIRMWARE)]
    command += ["-c", str(source), "-o", str(target)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"size_report: {source} does not compile for the chip\n{result.stderr}")
    return read_object(target)


def sources() -> list[Path]:
    found = [*FIRMWARE.glob("core/*/*.cpp"), *FIRMWARE.glob("device/*.cpp")]
    return sorted(found) + sorted((FIRMWARE / "tools").glob("*_memory.cpp"))


def measure(paths: list[Path]) -> dict[str, ObjectFile]:
    includes = include_folders()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        objects = pool.map(lambda path: compile_object(path, Path(folder), includes), paths)
        return {
            str(path.relative_to(FIRMWARE)) if path.is_relative_to(FIRMWARE) else str(path): each
            for path, each in zip(paths, objects, strict=True)
        }


def sizes(objects: dict[str, ObjectFile]) -> dict[str, int]:
    """What has a budget: `flash FILE`, `ram FILE`, `ram DEVICE.OBJECT` and the sums."""
    result: dict[str, int] = {}
    for name, each in objects.items():
        if name.endswith("_memory.cpp"):
            device = Path(name).stem.removesuffix("_memory")
            held = {k: v for k, v in each.data.items() if "_memory" in k}
            for symbol, size in sorted(held.items()):
                variable = re.sub(r".*_memory\d+(\w+)E$", r"\1", symbol)
                result[f"ram {device}.{variable}"] = size
            result[f"ram {device}"] = sum(held.values())
            continue
        result[f"flash {name}"] = each.flash
        if each.ram:
            result[f"ram {name}"] = each.ram
    for part in ("core", "device"):
        inside = [each for name, each in objects.items() if name.startswith(part + "/")]
        result[f"flash {part}"] = sum(each.flash for each in inside)
        result[f"ram {part}"] = sum(each.ram for each in inside)
    return result


def not_for_the_core(objects: dict[str, ObjectFile]) -> list[str]:
    return [
        f"{name} calls {symbol}: the core has no heap and no operating system"
        for name, each in objects.items()
        if not name.startswith(("device/", "tools/"))
        for symbol in sorted(each.undefined)
        if not MAY_CALL.fullmatch(symbol)
    ]


def over_budget(found: dict[str, int], budget: dict[str, int]) -> list[str]:
    problems = []
    for name, size in found.items():
        if name not in budget:
            problems.append(f"{name} takes {size} bytes and has no budget in {BUDGET.name}")
        elif size > budget[name]:
            problems.append(f"{name} takes {size} bytes; its budget is {budget[name]}")
    gone = sorted(budget.keys() - found.keys())
    problems += [f"{name} has a budget in {BUDGET.name}, but is not there" for name in gone]
    return problems


def print_report(found: dict[str, int], budget: dict[str, int]) -> None:
    print(f"{'bytes':>8} {'budget':>8}  clang -Os, rv32imac")
    for name, size in found.items():
        print(f"{size:>8} {budget.get(name, '-'):>8}  {name}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--renew", action="store_true", help="write the budgets anew")
    parser.add_argument("--budget", type=Path, default=BUDGET, help="another file of budgets")
    parser.add_argument("--quiet", action="store_true", help="print only the sums and problems")
    parser.add_argument("sources", nargs="*", type=Path, help="instead of core and device")
    options = parser.parse_args()
    objects = measure([path.resolve() for path in options.sources] or sources())
    found = sizes(objects)
    if options.renew:
        budget = {k: math.ceil(v * HEADROOM / 16) * 16 for k, v in sorted(found.items())}
        options.budget.write_text(json.dumps(budget, indent=2) + "\n")
    budget = json.loads(options.budget.read_text())
    shown = {k: v for k, v in found.items() if not options.quiet or "/" not in k}
    print_report(shown, budget)
    problems = over_budget(found, budget) + not_for_the_core(objects)
    for problem in problems:
        print(f"size_report: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
