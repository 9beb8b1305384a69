"""Waiting for something to become true."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object], what: str, deadline_s: float = 10.0) -> None:
    """Poll until ``true()``; fail, naming ``what`` was waited for, after ``deadline_s``."""
    loop = asyncio.get_running_loop()
    end = loop.time() + deadline_s
    while not true():
        assert loop.time() < end, f"waited {deadline_s:g} s in vain for {what}"
        await asyncio.sleep(0.01)
