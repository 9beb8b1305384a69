"""Debian's ``motion``: detection on MJPEG cameras in C, and nothing else switched on."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.camera_farm import FPS, HEIGHT, WIDTH
from bench.processes import Child, child

BINARY = "/usr/bin/motion"

_CONFIGURATION = f"""\
daemon off
setup_mode off
log_level 4
width {WIDTH}
height {HEIGHT}
framerate {FPS}
picture_output off
movie_output off
stream_port 0
webcontrol_port 0
"""


def installed() -> bool:
    return shutil.which(BINARY) is not None


@contextlib.contextmanager
def motion_daemon(
    sources: Sequence[str],
    general: str = "",
    of_each: Sequence[str] = (),
    before: Sequence[str] = (),
) -> Iterator[Child]:
    """Run ``motion`` with these MJPEG streams for the time of the block.

    ``general`` is more configuration, and ``of_each`` more for each of the cameras, which count
    from 1. ``before`` goes before the command.
    """
    with tempfile.TemporaryDirectory(prefix="bench-motion-") as name:
        folder = Path(name)
        lines = [_CONFIGURATION, f"target_dir {folder}", general]
        for number, source in enumerate(sources):
            file = folder / f"camera{number}.conf"
            own = of_each[number] if of_each else ""
            file.write_text(f"camera_id {number + 1}\nnetcam_url {source}\n{own}\n")
            lines.append(f"camera {file}")
        main = folder / "motion.conf"
        main.write_text("\n".join(lines) + "\n")
        with child("motion", [*before, BINARY, "-n", "-c", str(main)]) as started:
            yield started
