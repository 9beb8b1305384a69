"""The three servers of the benchmarks: the virtual camera, the baseline, and Peerlens."""

import contextlib
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.processes import Child, child, free_port, python
from bench.target import Target
from edge.roles import Role
from edge.tokens import Tokens

LOOPBACK = "127.0.0.1"
CAMERA_FPS = 30
BITRATE_KBPS = 1_400
"""What the performance figures were measured at, for both sides."""
BASELINE_REPORTED_KBPS = BITRATE_KBPS // 2
"""aiortc 1.16 on PyAV 18 makes VP8 of twice the bitrate that viewers report."""

_CONFIGURATION = """\
http: {{host: {host}, port: {port}}}
auth: {{mode: {mode}, state_dir: {state_dir}}}
cameras:
  bench:
    source: {source}
    video: {{max_bitrate_kbps: {kbps}}}
"""


@dataclass(frozen=True)
class Server:
    """A running server under measurement, and where its viewers go."""

    child: Child
    target: Target
    reported_kbps: int
    """What viewers must report as their bandwidth to be sent BITRATE_KBPS."""
    frames_fed: Callable[[], int] | None = None
    """How many frames it has been given so far, where that is not all the camera has made."""


@contextlib.contextmanager
def camera() -> Iterator[str]:
    """Run the busy camera, 640x480 at 30 frames/s; gives its stream's URL."""
    port = free_port()
    arguments = ["--port", str(port), "--fps", str(CAMERA_FPS)]
    origin = f"http://{LOOPBACK}:{port}"
    with child("camera", python("bench.busy_camera", *arguments), ready=f"{origin}/status"):
        yield f"{origin}/stream"


@contextlib.contextmanager
def baseline(source: str, host: str = LOOPBACK) -> Iterator[Server]:
    """Run aiortc as in its examples, see baseline_server, on an address of this machine."""
    port = free_port()
    origin = f"http://{host}:{port}"
    argv = python("bench.baseline_server", "--host", host, "--port", str(port), "--source", source)
    with child("baseline", argv, ready=f"{origin}/healthz") as started:
        target = Target("example", f"{origin}/offer", f"{origin}/healthz")
        yield Server(started, target, BASELINE_REPORTED_KBPS)


@contextlib.contextmanager
def peerlens(source: str, host: str = LOOPBACK) -> Iterator[Server]:
    """Run ``peerlens up`` with one camera and everything else at its default.

    On another ``host`` than loopback it asks for a token, as it must; the target has it.
    """
    port = free_port()
    origin = f"http://{host}:{port}"
    mode = "open" if host == LOOPBACK else "token"
    with tempfile.TemporaryDirectory(prefix="bench-peerlens-") as folder:
        file, state_dir = Path(folder) / "peerlens.yaml", Path(folder) / "state"
        text = _CONFIGURATION.format(
            host=host, port=port, mode=mode, state_dir=state_dir, source=source, kbps=BITRATE_KBPS
        )
        file.write_text(text)
        command = Path(sys.executable).with_name("peerlens")
        argv = [str(command), "up", "-c", str(file)]
        with child("peerlens", argv, ready=f"{origin}/healthz") as started:
            token = "" if mode == "open" else _viewer_token(state_dir)
            target = Target("whep", f"{origin}/bench/whep", f"{origin}/healthz", token)
            yield Server(started, target, BITRATE_KBPS)


def _viewer_token(state_dir: Path) -> str:
    return Tokens.load_or_create(state_dir).by_role[Role.VIEWER]
