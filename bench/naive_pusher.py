"""A camera that pushes as one does at first: each picture in turn, whatever became of the last."""

import argparse
import asyncio
import contextlib

from aiohttp import ClientSession

from peerlens.virtual_camera.pictures import ScenePictures
from protocol.codec import encode
from protocol.messages import RegisterCamera


async def push(url: str, fps: float) -> None:
    scene = ScenePictures(480, 320, fps, stamped=True)
    loop = asyncio.get_running_loop()
    await asyncio.to_thread(scene.prepare)
    async with ClientSession() as client, client.ws_connect(url, compress=0) as socket:
        await socket.send_str(encode(RegisterCamera("naive")))
        await socket.receive_json()
        due_s = loop.time()
        while True:
            picture = await asyncio.to_thread(scene.next)
            await socket.send_bytes(picture.jpeg)
            due_s = max(due_s + 1 / fps, loop.time())
            await asyncio.sleep(due_s - loop.time())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.naive_pusher")
    parser.add_argument("--url", required=True)
    parser.add_argument("--fps", type=float, required=True)
    arguments = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(push(arguments.url, arguments.fps))


if __name__ == "__main__":
    main()
