"""Publishing to a real WHIP server, with real aiortc on both ends."""

import contextlib
from collections.abc import AsyncIterator

from gateway.gateway import Gateway
from gateway.output.lifecycle import OutputState
from gateway.output.output import Output
from gateway.settings import CameraSettings, WebrtcSettings, WhipSettings
from tests.gateway.conftest import SYNTHETIC
from tests.support.polling import until
from tests.support.whip_server import WhipServer, whip_server


@contextlib.asynccontextmanager
async def publishing(
    *urls: str,
    token: str | None = None,
    camera: CameraSettings = SYNTHETIC,
    webrtc: WebrtcSettings | None = None,
) -> AsyncIterator[Gateway]:
    """Run a gateway whose camera ``front`` has these outputs."""
    outputs = tuple(WhipSettings(whip=url, token=token) for url in urls)
    settings = camera.model_copy(update={"outputs": outputs})
    async with Gateway({"front": settings}, webrtc or WebrtcSettings()) as gateway:
        yield gateway


def state_of(output: Output) -> OutputState:
    return output.lifecycle.state


async def in_state(output: Output, state: OutputState, deadline_s: float = 10.0) -> None:
    await until(lambda: state_of(output) is state, f"the output to be {state}", deadline_s)


async def test_pictures_get_there_and_move() -> None:
    async with whip_server(WhipServer()) as server, publishing(server.url) as gateway:
        session = await server.session()
        await session.frames_more(5)
        assert session.newest is not None
        assert (session.newest.width, session.newest.height) == (320, 240)
        before = session.newest.to_ndarray(format="gray")
        await session.frames_more(10)
        assert (before != session.newest.to_ndarray(format="gray")).mean() > 0.001
        [output] = gateway.outputs.all
        assert state_of(output) is OutputState.LIVE
        assert output.counts.packets > 0
