"""What the user asked of ``peerlens demo``."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from peerlens.camera_fault import Fault


@dataclass(frozen=True)
class DemoOptions:
    """Options of the demo; ``width`` and ``height`` in pixels, ``fps`` in frames a second.

    ``video`` (a file) and ``webcam`` (a device such as ``/dev/video0``) replace the generated
    scene; at most one of them is given. ``stamp`` paints the wall clock into every frame. ``car``:
    what drives the car of the generated scene; ``firmware`` is its core, compiled, or where that
    is impossible the Python twin.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    cameras: int = 1
    fps: float = 25.0
    width: int = 640
    height: int = 480
    video: Path | None = None
    webcam: str | None = None
    stamp: bool = False
    car: Literal["firmware", "python", "none"] = "firmware"
    fault: Fault = Fault.NONE
    auth_mode: Literal["open", "token"] = "open"
    state_dir: Path = Path(".peerlens")
