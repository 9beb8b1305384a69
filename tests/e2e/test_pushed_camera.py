"""A camera that can only push, seen in Chromium as video, and over WebSockets as it is."""

import contextlib
import json
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, WSMsgType

from edge.roles import Role
from edge.tokens import Tokens
from protocol.codec import encode
from protocol.messages import Join, Next, RegisterCamera
from tests.support.chromium import screen
from tests.support.picture_client import Viewer
from tests.support.program import Program, free_port, program
from tests.support.twin_camera import TwinCamera


@contextlib.asynccontextmanager
async def pushing(url: str, device_id: str, token: str) -> AsyncIterator[TwinCamera]:
    """Run the camera's firmware, which pushes a moving scene."""
    server = url.replace("http://", "ws://") + "/ws/esp32"
    async with TwinCamera(
        *("--url", server, "--mode", "push", "--id", device_id, "--size", "HVGA", "--fps", "15"),
        environment={"PEERLENS_CAMERA_TOKEN": token},
    ) as camera:
        await camera.program.printed("^link up$")
        yield camera


@contextlib.asynccontextmanager
async def up(folder: Path) -> AsyncIterator[tuple[Program, str, Tokens]]:
    port, state = free_port(), folder / "state"
    file = folder / "peerlens.yaml"
    configuration = {
        "http": {"port": port},
        "auth": {"mode": "token", "state_dir": str(state)},
        "cameras": {"yard": {"source": "push:cam-7"}},
    }
    file.write_text(json.dumps(configuration))
    async with program("up", "-c", str(file)) as running:
        await running.printed("Peerlens is up")
        yield running, f"http://127.0.0.1:{port}", Tokens.load(state)


async def test_a_pushed_camera_is_video_in_the_page_and_pictures_at_ws_viewer(
    tmp_path: Path,
) -> None:
    async with up(tmp_path) as (_, url, tokens), screen() as page:
        viewer_token = tokens.by_role[Role.VIEWER]
        await page.open(f"{url}/camera/yard#token={viewer_token}")
        await page.state("offline")
        own = tokens.device_token("cam-7")
        async with pushing(url, "cam-7", own):
            await page.state("live")
            seen = await page.sees_motion_picture()
            assert (seen["width"], seen["height"]) == (480, 320)
            async with ClientSession(url) as client:
                for camera in ("cam-7", "yard"):
                    async with client.ws_connect("/ws/viewer") as socket:
                        viewer = await Viewer(socket).say(Join(camera, token=viewer_token), Next())
                        assert (await viewer.picture()).data.startswith(b"\xff\xd8")
                async with client.ws_connect("/ws/esp32") as stranger:
                    shared = tokens.by_role[Role.DEVICE]
                    await stranger.send_str(encode(RegisterCamera("cam-7", token=shared)))
                    told = await stranger.receive_json()
                    assert told["problem"].endswith(":forbidden")
                    assert (await stranger.receive()).type is WSMsgType.CLOSE
        await page.state("offline")
        async with pushing(url, "cam-7", own):
            await page.state("live")
            await page.sees_motion_picture()
