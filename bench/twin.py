"""The camera's firmware under measurement: compiled for this machine, one process."""

import contextlib
import functools
import shutil
import subprocess
from collections.abc import Iterator

from bench.errors import ProcessFailed
from bench.processes import ROOT, Child, child, free_port, python
from bench.servers import LOOPBACK

BUILD_TIMEOUT_S = 300.0
FPS = 25


@functools.cache
def twin_program() -> str:
    """Compile twin-camera, optimised as a release is. Raises :class:`ProcessFailed`."""
    build = ROOT / "build" / "twin-camera"
    cmake = shutil.which("cmake") or "cmake"
    flags = ("-DCMAKE_BUILD_TYPE=RelWithDebInfo", "-DBUILD_TESTING=OFF")
    for command in (
        [cmake, "-S", str(ROOT / "firmware"), "-B", str(build), *flags],
        [cmake, "--build", str(build), "--parallel", "2", "--target", "twin-camera"],
    ):
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ProcessFailed(f"twin-camera did not compile: {error}") from error
        if done.returncode != 0:
            raise ProcessFailed(f"twin-camera did not compile:\n{done.stdout}{done.stderr}")
    return str(build / "twin-camera")


@contextlib.contextmanager
def twin_camera() -> Iterator[tuple[str, Child]]:
    """Run it at 640x480 and 25 frames/s, with the time painted in; gives its origin, too."""
    port = free_port()
    origin = f"http://{LOOPBACK}:{port}"
    argv = [twin_program(), "--port", str(port), "--fps", str(FPS), "--stamp"]
    with child("twin-camera", argv, ready=f"{origin}/status") as running:
        yield origin, running


@contextlib.contextmanager
def stand_in() -> Iterator[tuple[str, Child]]:
    """Run the virtual camera in Python, the same."""
    port = free_port()
    origin = f"http://{LOOPBACK}:{port}"
    argv = python("peerlens.virtual_camera", "--port", str(port), "--fps", str(FPS), "--stamp")
    with child("stand-in", argv, ready=f"{origin}/status") as running:
        yield origin, running
