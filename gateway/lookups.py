"""Names to addresses, each asked for at most once at a time.

A look-up runs in a thread of the shared pool and cannot be stopped. Where a resolver hangs, asking
again and again would fill the pool, and with it hold up everything else that needs a thread.
"""

import asyncio
import socket

Name = tuple[str, int, int]
"""Host, port and kind of socket."""


class Lookups:
    """On the event loop only; whoever makes it closes it."""

    def __init__(self) -> None:
        self._running: dict[Name, asyncio.Task[list[str]]] = {}

    def __len__(self) -> int:
        return len(self._running)

    async def addresses(self, host: str, port: int, kind: int = socket.SOCK_STREAM) -> list[str]:
        """Return the addresses of ``host``, in the resolver's order, without doubles.

        Raises OSError. The caller sets the deadline; who gives up stops nobody else's.
        """
        name = (host, port, kind)
        task = self._running.get(name)
        if task is None:
            task = asyncio.create_task(_looked_up(*name), name=f"look up {host}")
            self._running[name] = task
            task.add_done_callback(lambda done: self._done(name, done))
        return await asyncio.shield(task)

    def _done(self, name: Name, task: asyncio.Task[list[str]]) -> None:
        del self._running[name]
        if not task.cancelled():
            # asyncio would complain of one that nobody waits for any more.
            task.exception()

    async def close(self) -> None:
        """Wait for no answer any more."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _looked_up(host: str, port: int, kind: int) -> list[str]:
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=kind)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
