"""Which cameras there are, and which gateway has them."""

from dataclasses import dataclass, field, replace

from protocol.codec import encode
from protocol.messages import CameraInfo, Cameras

MAX_CAMERAS = 256
"""Cameras in one list, as the contract has it."""
MAX_LIST_BYTES = 48_000
"""Bytes of one list: what a message holds, less room for what a `welcome` adds."""
MAX_OFFLINE_GATEWAYS = 64
OFFLINE_FOR_S = 600.0


@dataclass
class _Gateway:
    conn: str | None
    claimed: dict[str, CameraInfo] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    gone_at_s: float = 0.0


@dataclass(frozen=True)
class Claim:
    """What became of a gateway's list: cameras newly refused, by the problem."""

    refused: tuple[tuple[str, str], ...] = ()


class CameraDirectory:
    """Cameras by id, each owned by one gateway.

    The first gateway that claims a camera keeps it while its link is open. Those of a gateway
    whose link closed stay listed as ``offline`` for ten minutes, at most 64 gateways' worth,
    unless another gateway claims them.
    """

    def __init__(self) -> None:
        self._gateways: dict[str, _Gateway] = {}
        self._owners: dict[str, str] = {}
        self._listing: tuple[CameraInfo, ...] | None = ()

    @property
    def gateways_live(self) -> int:
        return sum(gateway.conn is not None for gateway in self._gateways.values())

    def listing(self) -> tuple[CameraInfo, ...]:
        """Return all cameras as the outside sees them, in a stable order."""
        if self._listing is None:
            infos = [self._shown(camera, self._owners[camera]) for camera in sorted(self._owners)]
            self._listing = fitting(infos)
        return self._listing

    def _shown(self, camera: str, owner: str) -> CameraInfo:
        gateway = self._gateways[owner]
        info = gateway.claimed[camera]
        if gateway.conn is not None:
            return info
        detail = f"the gateway {owner} is not connected"
        return replace(info, state="offline", detail=detail, viewers=0)

    def link_of(self, camera: str) -> str | None:
        """Return the link of the gateway that has ``camera``, None when that is not connected.

        Raises KeyError for an unknown camera.
        """
        return self._gateways[self._owners[camera]].conn

    def link_to_drive(self, camera: str) -> str | None:
        """As `link_of`, for cameras that ride on a car. Raises KeyError for all others."""
        owner = self._gateways[self._owners[camera]]
        if owner.claimed[camera].car is None:
            raise KeyError(camera)
        return owner.conn

    def register(
        self, gateway_id: str, conn: str, cameras: tuple[CameraInfo, ...]
    ) -> tuple[str | None, Claim]:
        """Add a gateway, or take one over; return the link that is superseded, and the claim."""
        gateway = self._gateways.setdefault(gateway_id, _Gateway(None))
        older, gateway.conn = gateway.conn, conn
        gateway.refused.clear()
        return older, self.update(gateway_id, cameras)

    def update(self, gateway_id: str, cameras: tuple[CameraInfo, ...]) -> Claim:
        """Replace a gateway's list. Each refused camera is told once until it is let go."""
        gateway = self._gateways[gateway_id]
        self._listing = None
        dropped = sorted(set(gateway.claimed) - {info.id for info in cameras})
        gateway.claimed = {info.id: info for info in cameras}
        self._release(gateway_id, dropped)
        problems: dict[str, str] = {}
        for camera in gateway.claimed:
            problem = self._claim(gateway_id, camera)
            if problem is not None:
                problems[camera] = problem
        told, gateway.refused = gateway.refused, set(problems)
        return Claim(
            tuple((camera, slug) for camera, slug in problems.items() if camera not in told)
        )

    def _claim(self, gateway_id: str, camera: str) -> str | None:
        owner = self._owners.get(camera)
        if owner == gateway_id:
            return None
        if owner is not None:
            if self._gateways[owner].conn is not None:
                return "camera-taken"
            del self._gateways[owner].claimed[camera]
        elif not self._make_room():
            return "too-many-cameras"
        self._owners[camera] = gateway_id
        return None

    def _make_room(self) -> bool:
        while len(self._owners) >= MAX_CAMERAS:
            offline = self._offline()
            if not offline:
                return False
            self._forget(offline[0])
        return True

    def _offline(self) -> list[str]:
        """Return the gateways that are not connected, the one gone longest first."""
        gone = [(g.gone_at_s, gid) for gid, g in self._gateways.items() if g.conn is None]
        return [gateway_id for _, gateway_id in sorted(gone)]

    def gone(self, gateway_id: str, conn: str, now: float) -> bool:
        """Note that a gateway's link closed; return whether that changed the list."""
        gateway = self._gateways.get(gateway_id)
        if gateway is None or gateway.conn != conn:
            return False
        gateway.conn = None
        gateway.gone_at_s = now
        self._listing = None
        # Those that it never owned are not its to be offline; the others may have a taker.
        owned = [camera for camera in gateway.claimed if self._owners.get(camera) == gateway_id]
        gateway.claimed = {camera: gateway.claimed[camera] for camera in owned}
        for camera in owned:
            if self._pass_on(camera):
                del gateway.claimed[camera]
        offline = self._offline()
        for stale in offline[: max(0, len(offline) - MAX_OFFLINE_GATEWAYS)]:
            self._forget(stale)
        if not gateway.claimed:
            self._gateways.pop(gateway_id, None)
        return True

    def _pass_on(self, camera: str) -> bool:
        """Give ``camera`` to a live gateway that claims it; return whether there is one."""
        for gateway_id, gateway in self._gateways.items():
            if gateway.conn is not None and camera in gateway.claimed:
                self._owners[camera] = gateway_id
                gateway.refused.discard(camera)
                return True
        return False

    def _release(self, gateway_id: str, cameras: list[str]) -> None:
        for camera in cameras:
            if self._owners.get(camera) == gateway_id and not self._pass_on(camera):
                del self._owners[camera]

    def _forget(self, gateway_id: str) -> None:
        gateway = self._gateways.pop(gateway_id)
        for camera in gateway.claimed:
            if self._owners.get(camera) == gateway_id:
                del self._owners[camera]
        self._listing = None

    def expire(self, now: float) -> bool:
        """Forget gateways that were gone for ten minutes; return whether there were any."""
        stale = [
            gateway_id
            for gateway_id, gateway in self._gateways.items()
            if gateway.conn is None and now - gateway.gone_at_s >= OFFLINE_FOR_S
        ]
        for gateway_id in stale:
            self._forget(gateway_id)
        return bool(stale)


def fitting(infos: list[CameraInfo]) -> tuple[CameraInfo, ...]:
    """Return ``infos`` cut to what one message holds: without details first, then fewer."""
    if _size(infos) > MAX_LIST_BYTES:
        infos = [replace(info, detail=None) for info in infos]
    while _size(infos) > MAX_LIST_BYTES:
        infos = infos[: len(infos) * 9 // 10]
    return tuple(infos)


def _size(infos: list[CameraInfo]) -> int:
    return len(encode(Cameras(tuple(infos))).encode())
