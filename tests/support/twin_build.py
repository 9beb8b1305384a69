"""The firmware's twins, built at most once for each run by the same CMake as their own tests."""

import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILD = ROOT / "build" / "firmware"
BUILD_TIMEOUT_S = 110.0


@functools.cache
def built(name: str) -> Path:
    """Build ``twin-car`` or ``twin-camera`` if it is not up to date, and return the program."""
    for command in (
        ["cmake", "-S", str(ROOT / "firmware"), "-B", str(BUILD)],
        ["cmake", "--build", str(BUILD), "--parallel", "2", "--target", name],
    ):
        result = subprocess.run(
            command, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return BUILD / name
