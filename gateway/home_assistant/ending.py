"""Ending tasks that may not hear it the first time."""

import asyncio
from collections.abc import Collection

AGAIN_S = 0.5


async def ended(tasks: Collection[asyncio.Task[None]]) -> None:
    """Cancel ``tasks`` until they have ended.

    Before Python 3.12 ``asyncio.wait_for``, which aiomqtt waits with, loses a cancellation that
    comes at the moment of its result.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)
