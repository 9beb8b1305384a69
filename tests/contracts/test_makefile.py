"""The make targets: which there are, and that a failure is one."""

import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TARGETS = {"setup", "setup-run", "setup-test", "run", "check", "test", "bench", "clean"}


def make(*args: str) -> subprocess.CompletedProcess[str]:
    """Run make as if nobody had run make to get here."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    environ.pop("MFLAGS", None)
    return subprocess.run(
        ["make", *args],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_help_names_the_targets() -> None:
    result = make()
    assert result.returncode == 0
    assert set(re.findall(r"^([a-z-]+) ", result.stdout, re.MULTILINE)) >= TARGETS


@pytest.mark.parametrize(
    ("suites_end_with", "code", "closing"),
    [
        ("true", 0, "== all passed: check test-firmware test-python test-web\n"),
        ("false", 2, "== failed: check test-firmware test-python test-web\n"),
    ],
)
def test_test_fails_when_a_suite_fails(suites_end_with: str, code: int, closing: str) -> None:
    # Nothing is set up (-o), and each suite is a program that only succeeds or fails.
    result = make("-o", "setup", "test", f"MAKE={suites_end_with}")
    assert result.returncode == code
    assert result.stdout.endswith(closing)


def test_port_and_arguments_reach_the_demo() -> None:
    result = make("-n", "-o", "setup-run", "run", "PORT=9000", "ARGS=--cameras 4")
    assert "peerlens demo --host 127.0.0.1 --port 9000 --cameras 4" in result.stdout


@pytest.mark.parametrize("script", sorted(ROOT.glob("deploy/*.sh")), ids=lambda path: path.name)
def test_scripts_are_shell_and_can_be_run(script: Path) -> None:
    assert os.access(script, os.X_OK)
    subprocess.run(["sh", "-n", script], check=True, timeout=10)


def test_ci_runs_make_test_and_cannot_hide_a_failure() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    text = script.read_text("utf-8")
    assert "set -euo pipefail" in text
    assert text.rstrip().endswith("exec make test")


def test_constraints_pin_all_that_is_asked_for() -> None:
    pins = (ROOT / "constraints.txt").read_text("utf-8")
    pinned = dict(re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", pins, re.MULTILINE))
    lines = [line for line in pins.splitlines() if line and not line.startswith("#")]
    assert len(pinned) == len(lines), "something is not NAME==VERSION"
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    asked = re.findall(r'^    "([A-Za-z0-9._-]+)[^"]*",$', project, re.MULTILINE)
    normal = {re.sub(r"[-_.]+", "-", name).lower() for name in pinned}
    assert {re.sub(r"[-_.]+", "-", name).lower() for name in asked} <= normal
