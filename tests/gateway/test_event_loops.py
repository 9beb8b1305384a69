"""The gateway on another event loop than the standard one."""

import asyncio

import uvloop

from gateway.gateway import Gateway
from gateway.settings import WebrtcSettings
from tests.gateway.conftest import SYNTHETIC
from tests.gateway.test_peers import to
from tests.support.viewer import watching


def test_video_leaves_in_one_call_a_frame_on_uvloop_too() -> None:
    async def watch() -> None:
        assert isinstance(asyncio.get_running_loop(), uvloop.Loop)
        async with (
            Gateway({"front": SYNTHETIC}, WebrtcSettings()) as gateway,
            watching(to(gateway)) as viewer,
        ):
            await viewer.frames_more(30)
            [peer] = gateway.peers.all()
            assert peer.segmented
            assert peer.delivery.packets > 30

    uvloop.run(watch())
