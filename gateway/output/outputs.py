"""All outputs of a gateway: starting, stopping, and what they share."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

from gateway.camera import Camera
from gateway.certificate import SharedCertificate
from gateway.closing import Closer
from gateway.output.output import Output
from gateway.output.whip_client import new_session
from gateway.settings import WebrtcSettings
from gateway.turn_choice import TurnChoice


class Outputs:
    """``async with outputs:`` publishes all of them, each in a task of its own."""

    def __init__(
        self,
        cameras: Mapping[str, Camera],
        webrtc: WebrtcSettings,
        certificate: SharedCertificate,
        turn_choice: TurnChoice,
    ) -> None:
        self._closer = Closer(webrtc.close_timeout_s)
        self.all = tuple(
            Output(camera, number, settings, webrtc, certificate, turn_choice, self._closer)
            for camera in cameras.values()
            for number, settings in enumerate(camera.settings.outputs)
        )
        self._stack = contextlib.AsyncExitStack()

    @property
    def closing(self) -> int:
        """Connections that are being closed."""
        return self._closer.closing

    async def __aenter__(self) -> "Outputs":
        if self.all:
            session = await self._stack.enter_async_context(new_session())
            tasks = [
                asyncio.create_task(output.run(session), name=f"output {output.name}")
                for output in self.all
            ]
            self._stack.push_async_callback(_cancel, tasks)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        await self._closer.finish()


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
