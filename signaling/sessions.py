"""Sessions: one browser watching one camera."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from signaling.errors import SessionRefused
from signaling.settings import SignalingLimits


@dataclass
class Session:
    """Who talks to whom. ``answered`` once the gateway's answer went through."""

    id: str
    browser: str
    gateway: str
    address: str
    opened_s: float
    answered: bool = False


class Sessions:
    """Every session, bounded per link and per address of the browser."""

    def __init__(self, limits: SignalingLimits) -> None:
        self._limits = limits
        self._by_id: dict[str, Session] = {}
        self._by_link: dict[str, set[str]] = {}
        self._waiting: dict[str, Session] = {}
        self._per_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_id)

    @property
    def waiting(self) -> int:
        """How many have no answer yet."""
        return len(self._waiting)

    def open(self, session: Session) -> None:
        """Add ``session``.

        Raises :class:`SessionRefused` ``session-exists`` or ``too-many-sessions``.
        """
        if session.id in self._by_id:
            raise SessionRefused("session-exists", "this session id is in use", session.id)
        if len(self._by_link.get(session.browser, ())) >= self._limits.sessions_per_connection:
            raise SessionRefused(
                "too-many-sessions",
                f"expected at most {self._limits.sessions_per_connection} on one connection",
                session.id,
            )
        if self._per_address[session.address] >= self._limits.sessions_per_address:
            raise SessionRefused(
                "too-many-sessions",
                f"expected at most {self._limits.sessions_per_address} from one address",
                session.id,
            )
        self._by_id[session.id] = session
        self._waiting[session.id] = session
        self._per_address[session.address] += 1
        for link in (session.browser, session.gateway):
            self._by_link.setdefault(link, set()).add(session.id)

    def get(self, link: str, session_id: str) -> Session | None:
        """Return a session if there is one by this id that ``link`` takes part in."""
        session = self._by_id.get(session_id)
        return session if session and link in (session.browser, session.gateway) else None

    def of(self, link: str, session_id: str) -> Session:
        """Return a session that ``link`` takes part in.

        Raises :class:`SessionRefused` ``unknown-session`` for all others, so that nobody
        learns which sessions other people have.
        """
        session = self.get(link, session_id)
        if session is None:
            raise SessionRefused("unknown-session", "there is no such session", session_id)
        return session

    def answered(self, session: Session) -> None:
        """Note that the session has its answer."""
        session.answered = True
        self._waiting.pop(session.id, None)

    def end(self, session: Session) -> None:
        """Forget a session."""
        self._by_id.pop(session.id, None)
        self._waiting.pop(session.id, None)
        self._per_address[session.address] -= 1
        if self._per_address[session.address] <= 0:
            del self._per_address[session.address]
        for link in (session.browser, session.gateway):
            ids = self._by_link.get(link)
            if ids is not None:
                ids.discard(session.id)
                if not ids:
                    del self._by_link[link]

    def of_link(self, link: str) -> list[Session]:
        """Return the sessions that ``link`` takes part in, on either side."""
        return [self._by_id[session_id] for session_id in sorted(self._by_link.get(link, ()))]

    def overdue(self, now: float) -> Iterator[Session]:
        """Yield, and expect the end of, the sessions that waited too long for an answer."""
        oldest_allowed_s = now - self._limits.negotiation_timeout_s
        for session in list(self._waiting.values()):
            if session.opened_s > oldest_allowed_s:
                return  # in the order of their opening
            yield session
