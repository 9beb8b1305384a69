"""A namespace of its own with addresses that look public, for a server and its clients."""

import contextlib
import subprocess
from collections.abc import Iterator, Sequence

from bench.network.namespaces import Namespace, namespaces

TIMEOUT_S = 10.0


@contextlib.contextmanager
def alone(addresses: Sequence[str]) -> Iterator[Namespace]:
    """Have a namespace that has ``addresses``, reaches nothing else, and is gone afterwards."""
    with namespaces() as ends:
        for address in addresses:
            length = 128 if ":" in address else 32
            command = ["ip", "addr", "add", f"{address}/{length}", "dev", "lo", "nodad"]
            if ":" not in address:
                command.pop()
            subprocess.run(ends.server.command(*command), check=True, timeout=TIMEOUT_S)
        yield ends.server
