"""Who may speak for a device's id."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from edge.device_pins import DevicePins
from edge.errors import EdgeError


class DeviceRefused(EdgeError):
    """Somebody may not register under an id. ``slug`` is the problem."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug


@dataclass(frozen=True, eq=False)
class _Live:
    address: str


class DeviceGate:
    """Knows who is connected under which id, and who has come with a token of its own.

    A device's own token always gets in. The token that all devices share gets in too, but not for
    an id whose own token has been seen, and not in place of a device that is connected from
    another address. From the same address it is the device itself: it lost its network and comes
    back before its old link was noticed to be dead.
    """

    def __init__(self, pins: DevicePins | None = None) -> None:
        self._pins = pins or DevicePins()
        self._live: dict[tuple[str, str], _Live] = {}

    @contextlib.contextmanager
    def entered(
        self, kind: str, device_id: str, speaks_for: str | None, address: str
    ) -> Iterator[None]:
        """Have a device of ``kind`` connected for the length of a ``with`` block.

        ``speaks_for`` is the id that its token is for, None for the shared one. Raises
        :class:`DeviceRefused` ``forbidden`` or ``device-taken``.
        """
        live = self._live.get((kind, device_id))
        if speaks_for is None:
            self._check_shared(device_id, live, address)
        elif speaks_for != device_id:
            detail = f"the token is of the device {speaks_for}, not of {device_id}"
            raise DeviceRefused("forbidden", detail)
        else:
            self._pins.add(device_id)
        mine = self._live[(kind, device_id)] = _Live(address)
        try:
            yield
        finally:
            if self._live.get((kind, device_id)) is mine:
                del self._live[(kind, device_id)]

    def _check_shared(self, device_id: str, live: _Live | None, address: str) -> None:
        if device_id in self._pins:
            detail = f"the device {device_id} has a token of its own: the shared one is not for it"
            raise DeviceRefused("forbidden", detail)
        if live is not None and live.address != address:
            detail = f"the device {device_id} is connected from another address"
            raise DeviceRefused("device-taken", detail)
