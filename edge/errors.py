"""Errors of the HTTP edge.

EdgeError
├── Problem          a refusal that travels to the client, in ``edge.problems``
├── Refused          who came over a WebSocket is not served, in ``edge.websocket_entry``
├── DeviceRefused    somebody may not register under an id, in ``edge.device_gate``
├── PicturesEnded    no more pictures come, in ``edge.picture_reader``
├── ListenError      the server cannot listen on its address
└── TokenFileError   the tokens cannot be read, or are not safe where they are
"""

from pathlib import Path


class EdgeError(Exception):
    """Anything that the HTTP edge refuses or cannot do."""


class ListenError(EdgeError):
    """The server cannot listen on ``host``:``port``; the text is one readable line."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        super().__init__(f"cannot listen on {host}:{port}: {reason}")
        self.host = host
        self.port = port
        self.reason = reason


class TokenFileError(EdgeError):
    """The token file at ``path`` cannot be used; the text is one readable line."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
