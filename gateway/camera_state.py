"""The visible state of a camera, and which changes of it are legal."""

import logging
from collections.abc import Callable
from enum import StrEnum


class CameraState(StrEnum):
    """See ``protocol/README.md`` for what each state tells a viewer."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LIVE = "live"
    STALLED = "stalled"
    OFFLINE = "offline"
    ERROR = "error"


_TROUBLE = frozenset({CameraState.STALLED, CameraState.OFFLINE, CameraState.ERROR})
LEGAL: dict[CameraState, frozenset[CameraState]] = {
    CameraState.IDLE: frozenset({CameraState.CONNECTING}),
    CameraState.CONNECTING: _TROUBLE | {CameraState.LIVE, CameraState.IDLE},
    CameraState.LIVE: _TROUBLE | {CameraState.IDLE},
    CameraState.STALLED: _TROUBLE | {CameraState.LIVE, CameraState.IDLE},
    CameraState.OFFLINE: _TROUBLE | {CameraState.LIVE, CameraState.IDLE},
    CameraState.ERROR: _TROUBLE | {CameraState.LIVE, CameraState.IDLE},
}


class CameraLifecycle:
    """Holds the state and the reason for it, and reports changes.

    idle -> connecting -> live; trouble (stalled, offline, error) follows any state but
    idle, and lasts until frames arrive again; idle follows when nobody wants the camera.
    """

    def __init__(
        self, changed: Callable[[], None], log: logging.LoggerAdapter[logging.Logger]
    ) -> None:
        self.state = CameraState.IDLE
        self.detail: str | None = None
        self._changed = changed
        self._log = log

    def move(self, state: CameraState, detail: str | None = None) -> None:
        """Enter ``state`` because of ``detail``, a sentence for people."""
        if state is self.state and detail == self.detail:
            return
        if state is not self.state and state not in LEGAL[self.state]:
            raise ValueError(f"camera: {self.state} -> {state} is not a legal change")
        self._log.info("= %s -> %s%s", self.state, state, f" ({detail})" if detail else "")
        self.state, self.detail = state, detail
        self._changed()
