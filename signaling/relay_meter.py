"""What the relay carries for each camera, and how much it may. Pure: the time comes with calls."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from edge.byte_budget import ByteBudget
from edge.picture_socket import PictureCounts
from signaling.settings import SignalingLimits

log = logging.getLogger(__name__)

Direction = Literal["in", "out"]
MAX_CAMERAS = 256
"""Ids come from outside: figures of more cameras are added up under OTHER."""
OTHER = "(other)"
TOLD_AGAIN_S = 60.0
"""A limit that holds is told once, and again when it held nothing for this long."""


@dataclass
class Traffic:
    """Of one camera, since ``since_ms`` by the wall clock.

    ``over_fps`` and ``over_limit`` count pictures that were left out because the camera sends too
    many, or because a limit of bytes was reached, on their way in or out.
    """

    camera: str
    since_ms: float
    bytes_in: int = 0
    bytes_out: int = 0
    pictures_in: int = 0
    broken: int = 0
    over_fps: int = 0
    over_limit: int = 0
    viewers: PictureCounts = field(default_factory=PictureCounts)
    analyzers: PictureCounts = field(default_factory=PictureCounts)
    budgets: dict[Direction, ByteBudget] = field(default_factory=dict)
    limited_s: float = float("-inf")

    @property
    def left_out(self) -> dict[str, int]:
        """Pictures that were left out, by the reason."""
        return {
            "slow": self.viewers.left_out + self.analyzers.left_out,
            "broken": self.broken,
            "fps": self.over_fps,
            "limit": self.over_limit,
        }


class RelayMeter:
    """Counts bytes by camera and direction, and says what goes over the limits.

    A limit holds for each direction by itself. Control messages are counted and never held up.
    """

    def __init__(self, limits: SignalingLimits) -> None:
        self._per_camera_kbps = limits.relay_kbps_per_camera
        self._total_kbps = limits.relay_kbps
        self._total = _budgets(self._total_kbps)
        self._cameras: dict[str, Traffic] = {}

    @property
    def cameras(self) -> Mapping[str, Traffic]:
        """By id; those beyond the first 256 together as OTHER."""
        return self._cameras

    @property
    def limit_kbps(self) -> float | None:
        """Of each camera, each way."""
        return self._per_camera_kbps

    def of(self, camera: str, wall_ms: float) -> Traffic:
        """Return the figures of ``camera``, beginning them now if need be."""
        found = self._cameras.get(camera)
        if found is not None:
            return found
        if len(self._cameras) >= MAX_CAMERAS:
            camera = OTHER
        return self._cameras.setdefault(
            camera, Traffic(camera, wall_ms, budgets=_budgets(self._per_camera_kbps))
        )

    def passed(self, traffic: Traffic, size: int) -> None:
        """Count a control message, which came and goes on."""
        traffic.bytes_in += size
        traffic.bytes_out += size

    def came(self, traffic: Traffic, size: int, now: float) -> bool:
        """Count a picture that came in; return whether it may go on."""
        traffic.bytes_in += size
        traffic.pictures_in += 1
        return self._within(traffic, "in", size, now)

    def wait_s(self, traffic: Traffic, now: float) -> float:
        """Return how long the next picture should not be asked for: it would be left out."""
        return max((budget.wait_s(now) for budget in self._budgets(traffic, "in")), default=0.0)

    def goes(self, traffic: Traffic, size: int, now: float) -> bool:
        """Return whether a picture may go out, and count its bytes if so."""
        if not self._within(traffic, "out", size, now):
            return False
        traffic.bytes_out += size
        return True

    def _within(self, traffic: Traffic, way: Direction, size: int, now: float) -> bool:
        budgets = self._budgets(traffic, way)
        # Both or none: what one limit leaves out must not use up the other.
        if all([budget.left(now) for budget in budgets]):
            for budget in budgets:
                budget.spend(size, now)
            return True
        traffic.over_limit += 1
        if now - traffic.limited_s > TOLD_AGAIN_S:
            log.warning(
                "= %s: the relay's limit in limits is reached, pictures are left out",
                traffic.camera,
            )
        traffic.limited_s = now
        return False

    def _budgets(self, traffic: Traffic, way: Direction) -> list[ByteBudget]:
        return [by[way] for by in (traffic.budgets, self._total) if way in by]


def _budgets(kbps: float | None) -> dict[Direction, ByteBudget]:
    return {} if kbps is None else {"in": ByteBudget(kbps), "out": ByteBudget(kbps)}
