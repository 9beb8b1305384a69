"""Camera devices: those that announced where their stream is, and those that push pictures."""

from dataclasses import dataclass

from protocol.messages import RegisterCamera
from signaling.errors import LinkRefused
from signaling.stream_url import refusal

MAX_DEVICES = 1_000


@dataclass(frozen=True)
class Device:
    """One registered camera device, known as long as its link ``conn`` is open."""

    id: str
    conn: str
    stream_url: str | None


class Devices:
    """The registered devices, bounded. The same id again supersedes the older link.

    Those that ``push`` need no stream address.
    """

    def __init__(self, *, from_loopback: bool, push: bool = False, most: int = MAX_DEVICES) -> None:
        self._from_loopback = from_loopback
        self._push = push
        self._most = most
        self._by_id: dict[str, Device] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, device_id: str) -> Device | None:
        return self._by_id.get(device_id)

    def register(self, conn: str, message: RegisterCamera) -> str | None:
        """Add a device; return the link that it supersedes.

        Raises :class:`LinkRefused` for a stream address that is not allowed, or when there
        are too many devices.
        """
        if message.stream_url is not None:
            expected = refusal(message.stream_url, from_loopback=self._from_loopback)
            if expected is not None:
                raise LinkRefused("invalid-field", f"streamUrl: expected {expected}")
        elif not self._push:
            # Who has no stream of its own pushes pictures, at another address.
            raise LinkRefused("invalid-field", "streamUrl: expected the address of the stream")
        older = self._by_id.get(message.device_id)
        if older is None and len(self._by_id) >= self._most:
            raise LinkRefused("overloaded", f"expected at most {self._most} devices")
        self._by_id[message.device_id] = Device(message.device_id, conn, message.stream_url)
        return older.conn if older is not None else None

    def gone(self, device_id: str, conn: str) -> None:
        """Forget a device, unless another link has taken its id over."""
        device = self._by_id.get(device_id)
        if device is not None and device.conn == conn:
            del self._by_id[device_id]
