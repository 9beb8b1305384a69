"""Errors of the signaling server.

SignalingError
├── SessionRefused   one session is refused; the link stays open
└── LinkRefused      the link is closed, with the code of its problem
"""

from protocol.close_codes import close_code


class SignalingError(Exception):
    """A message that the broker does not act on. ``slug`` names the problem."""

    def __init__(self, slug: str, detail: str) -> None:
        super().__init__(detail)
        self.slug = slug
        self.detail = detail


class SessionRefused(SignalingError):
    """``session`` (None: not about one) cannot be served; everything else goes on."""

    def __init__(self, slug: str, detail: str, session: str | None = None) -> None:
        super().__init__(slug, detail)
        self.session = session


class LinkRefused(SignalingError):
    """The link that sent this cannot go on."""

    @property
    def code(self) -> int:
        """WebSocket close code."""
        return close_code(self.slug)
