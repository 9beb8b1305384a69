"""A running link between two namespaces, and the handle that changes it."""

import contextlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bench.network.namespaces import Ends, Namespace, namespaces
from bench.network.profiles import Conditions
from bench.processes import Child, child, python

ANSWER_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Traffic:
    """What one direction did so far, in packets.

    ``late_p99_ms`` is how much later than due the forwarder was with its last packets.
    """

    passed: int
    lost: int
    overflowed: int
    late_p99_ms: float


@dataclass(frozen=True)
class BothTraffic:
    """``down`` is from the server to the viewer."""

    down: Traffic
    up: Traffic


class EmulatedLink:
    """The link and its two ends."""

    def __init__(self, ends: Ends, forwarder: Child) -> None:
        self._ends = ends
        self._forwarder = forwarder

    @property
    def server(self) -> Namespace:
        return self._ends.server

    @property
    def viewer(self) -> Namespace:
        return self._ends.viewer

    def change(self, conditions: Conditions) -> None:
        """Change both directions from now on; packets under way arrive as they would have.

        Raises :class:`bench.errors.ProcessFailed`.
        """
        self._ask(asdict(conditions))

    def traffic(self) -> BothTraffic:
        """What went over the link so far. Raises :class:`bench.errors.ProcessFailed`."""
        answer = self._ask({})
        return BothTraffic(down=Traffic(**answer["down"]), up=Traffic(**answer["up"]))

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        return self._forwarder.ask(question, ANSWER_TIMEOUT_S)


@contextlib.contextmanager
def emulated_link(conditions: Conditions, seed: int = 1) -> Iterator[EmulatedLink]:
    """Have a link for the time of the block; processes inside must be ended before.

    ``seed`` is that of loss and jitter. Raises :class:`bench.errors.NetworkRefused`.
    """
    with namespaces() as ends:
        paths = ["--server", ends.server.path, "--viewer", ends.viewer.path]
        argv = python("bench.network.forwarder", *paths, "--seed", str(seed))
        with child("forwarder", argv, pipes=True) as forwarder:
            link = EmulatedLink(ends, forwarder)
            link.change(conditions)  # it answers: it has both devices
            ends.server.connect()
            ends.viewer.connect()
            yield link
