"""The firmware's own checks find what they are for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FIRMWARE = Path(__file__).parents[2] / "firmware"
SIZE_REPORT = FIRMWARE / "tools" / "size_report.py"
CHECK_TREE = FIRMWARE / "tools" / "check_tree.py"
RUN_FUZZ = FIRMWARE / "fuzz" / "run.sh"

TABLE = "extern const int table[100];\nconst int table[100] = {1};\n"


def run(*command: object, timeout: float = 60.0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "object.cpp"


def report(source: Path, flash: int | None) -> subprocess.CompletedProcess[str]:
    budget = source.with_name("budget.json")
    sizes = {} if flash is None else {f"flash {source}": flash}
    sums = {f"{kind} {part}": 0 for kind in ("flash", "ram") for part in ("core", "device")}
    budget.write_text(json.dumps(sizes | sums))
    return run(sys.executable, SIZE_REPORT, "--budget", budget, source)


def test_an_object_within_its_budget_passes(source: Path) -> None:
    source.write_text(TABLE)
    result = report(source, 400)
    assert result.returncode == 0, result.stderr
    assert f"400      400  flash {source}" in result.stdout


def test_an_object_over_its_budget_is_named_with_its_size_and_its_budget(source: Path) -> None:
    source.write_text(TABLE)
    result = report(source, 399)
    assert result.returncode == 1
    assert f"flash {source} takes 400 bytes; its budget is 399" in result.stderr


def test_an_object_without_a_budget_is_told(source: Path) -> None:
    source.write_text(TABLE)
    result = report(source, None)
    assert result.returncode == 1
    assert f"flash {source} takes 400 bytes and has no budget" in result.stderr


@pytest.mark.parametrize(
    ("body", "symbol"),
    [
        ("int* made() { return new int; }", "_Znwj"),
        ("#include <cstdlib>\nvoid* made() { return std::malloc(9); }", "malloc"),
        ("#include <ctime>\nlong made() { return std::time(nullptr); }", "time"),
    ],
)
def test_an_object_that_asks_for_a_heap_or_a_clock_is_none_for_the_core(
    source: Path, body: str, symbol: str
) -> None:
    source.write_text(body)
    result = report(source, 1000)
    assert result.returncode == 1
    assert f"{source} calls {symbol}: the core has no heap" in result.stderr


def test_a_tree_is_checked_for_tests_inputs_reasons_and_includes(tmp_path: Path) -> None:
    for name, text in {
        "core/drive/motor.cpp": "#include <vector>\nint a;  // NOLINT\n",
        "core/drive/servo.cpp": "int b;  // NOLINT(some-check): for a reason\n",
        "tests/drive/servo_test.cpp": "",
        "fuzz/motor_fuzz.cpp": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    result = run(sys.executable, CHECK_TREE, tmp_path)
    assert result.returncode == 1
    told = [line.removeprefix("check_tree: ") for line in result.stderr.splitlines()]
    assert told == [
        "core/drive/motor.cpp has no test: expected tests/drive/motor_test.cpp",
        "fuzz/motor_fuzz.cpp has no inputs in fuzz/corpus",
        "core/drive/motor.cpp includes <vector>: the core has no heap, no operating system and "
        "no clock",
        "core/drive/motor.cpp:2: NOLINT wants the check and a reason: (check): why",
    ]


def test_fuzzing_finds_what_reads_beyond_its_input(tmp_path: Path) -> None:
    """A planted mistake, three bytes deep, behind the same build and the same script."""
    source = tmp_path / "planted_fuzz.cpp"
    source.write_text(
        "#include <cstdint>\n"
        '#include "input.hpp"\n'
        'extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {\n'
        "    const peerlens::ExactCopy copy(peerlens::Input(data, size).rest());\n"
        "    const std::string_view text = copy;\n"
        "    if (text.size() > 2 && text[0] == 'a' && text[1] == 'b') {\n"
        "        volatile char beyond = text.data()[text.size()];\n"
        "        (void)beyond;\n"
        "    }\n"
        "    return 0;\n"
        "}\n"
    )
    program = tmp_path / "planted_fuzz"
    flags = ["-std=c++17", "-O1", "-g1", "-fsanitize=fuzzer,address,undefined"]
    built = run("clang++", *flags, "-I", FIRMWARE / "fuzz", source, "-o", program)
    assert built.returncode == 0, built.stderr
    inputs = tmp_path / "corpus" / "planted"
    inputs.mkdir(parents=True)
    script = tmp_path / "run.sh"
    script.write_text(RUN_FUZZ.read_text())
    script.chmod(0o755)
    missing = run(script, program, "runs", 1)
    assert missing.returncode == 1
    assert "has no inputs" in missing.stderr
    (inputs / "seed").write_bytes(b"seed")
    found = run(script, program, "runs", 1_000_000)
    assert found.returncode != 0
    assert "heap-buffer-overflow" in found.stderr
    assert [name for name in os.listdir(tmp_path) if name.startswith("planted_fuzz.crash-")]
