"""The twin-car, built once for each run by the same CMake as its own tests."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "firmware"
BUILD_TIMEOUT_S = 110.0


@pytest.fixture(scope="session")
def twin_car() -> Path:
    """Build twin-car if it is not up to date, and return the program."""
    for command in (
        ["cmake", "-S", str(ROOT / "firmware"), "-B", str(BUILD)],
        ["cmake", "--build", str(BUILD), "--parallel", "2", "--target", "twin-car"],
    ):
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return BUILD / "twin-car"
