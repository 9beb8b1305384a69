"""Lets the overload be assessed at intervals, and tells the cameras and the log of changes."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Collection

from gateway.camera import Camera
from gateway.overload import ASSESS_INTERVAL_S, Overload

logger = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def overload_watched(overload: Overload, cameras: Collection[Camera]) -> AsyncIterator[None]:
    """Assess ``overload`` for the time of the block."""
    task = asyncio.create_task(_watch(overload, cameras), name="watch overload")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _watch(overload: Overload, cameras: Collection[Camera]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + ASSESS_INTERVAL_S
        await asyncio.sleep(ASSESS_INTERVAL_S)
        if overload.assess(loop.time() - due_s):
            logger.log(logging.WARNING if overload.level else logging.INFO, "= %s", str(overload))
            for camera in cameras:
                camera.overload_changed()
