"""Which gateway drives which control board."""

from dataclasses import dataclass

MAX_OFFLINE_GATEWAYS = 64
OFFLINE_FOR_S = 600.0


@dataclass
class _Claim:
    conn: str | None
    boards: frozenset[str]
    gone_at_s: float = 0.0


class BoardDirectory:
    """Control boards by id.

    Of several gateways that claim a board, the one that has been connected longest drives it.
    Gateways whose link closed are remembered for ten minutes, at most 64, so that "is away"
    can be told from "does not exist".
    """

    def __init__(self) -> None:
        self._claims: dict[str, _Claim] = {}

    def register(self, gateway_id: str, conn: str, boards: tuple[str, ...]) -> tuple[str, ...]:
        """Note what a gateway drives; return the boards that another one has already."""
        claim = self._claims.get(gateway_id)
        if claim is None or claim.conn is None:
            # One that comes back comes last: what others drive meanwhile stays theirs.
            self._claims.pop(gateway_id, None)
        if boards:
            self._claims[gateway_id] = _Claim(conn, frozenset(boards))
        else:
            self._claims.pop(gateway_id, None)
        return tuple(board for board in boards if self.link_of(board) != conn)

    def link_of(self, board: str) -> str | None:
        """Return the link of the gateway that drives ``board``, None when that is away.

        Raises KeyError for a board that no gateway drives.
        """
        claims = [claim for claim in self._claims.values() if board in claim.boards]
        if not claims:
            raise KeyError(board)
        return next((claim.conn for claim in claims if claim.conn is not None), None)

    def gone(self, gateway_id: str, conn: str, now: float) -> None:
        """Note that a gateway's link closed, unless another link has taken its id over."""
        claim = self._claims.get(gateway_id)
        if claim is None or claim.conn != conn:
            return
        claim.conn, claim.gone_at_s = None, now
        offline = sorted(
            (claim.gone_at_s, gid) for gid, claim in self._claims.items() if claim.conn is None
        )
        for _, stale in offline[: max(0, len(offline) - MAX_OFFLINE_GATEWAYS)]:
            del self._claims[stale]

    def expire(self, now: float) -> None:
        """Forget gateways that were gone for ten minutes."""
        self._claims = {
            gateway_id: claim
            for gateway_id, claim in self._claims.items()
            if claim.conn is not None or now - claim.gone_at_s < OFFLINE_FOR_S
        }
