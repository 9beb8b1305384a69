"""Who has connected and has not said yet who it is: a message may cost memory before that."""

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator

from edge.problems import Problem

RETRY_AFTER_S = 2


class Strangers:
    """Bounds them, in all and per address. Who has a place need not fear them any more."""

    def __init__(self, most: int, per_address: int) -> None:
        self._most = most
        self._per_address = per_address
        self._by_address: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._by_address.total()

    @contextlib.contextmanager
    def arriving(self, address: str) -> Iterator[Callable[[], None]]:
        """Count one until what this yields is called, at the latest until the block ends.

        Raises :class:`Problem` 503 ``overloaded``.
        """
        if len(self) >= self._most or self._by_address[address] >= self._per_address:
            raise Problem(
                503,
                "overloaded",
                "too many connections that have not said who they are; try again later",
                headers={"Retry-After": str(RETRY_AFTER_S)},
            )
        self._by_address[address] += 1
        with contextlib.ExitStack() as counted:
            counted.callback(self._left, address)
            yield counted.close

    def _left(self, address: str) -> None:
        self._by_address[address] -= 1
        if self._by_address[address] <= 0:
            del self._by_address[address]
