"""A media server that costs next to nothing: takes WHIP, counts what comes, and drops it.

``GET /frames`` lists how many frames each session has got so far.
"""

import argparse
import asyncio
import contextlib

from aiohttp import web

from bench.light_socket import LightLoop
from bench.light_viewer import LightViewer
from bench.servers import BITRATE_KBPS, LOOPBACK


class WhipSink:
    """Every POST is one more session, for as long as the process runs."""

    def __init__(self) -> None:
        self._sessions: list[LightViewer] = []

    @property
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/whip", self._post), web.get("/frames", self._frames)]

    async def _post(self, request: web.Request) -> web.Response:
        session = LightViewer(BITRATE_KBPS * 1_000, witness=not self._sessions)
        self._sessions.append(session)
        answer = await session.take(await request.text())
        return web.Response(status=201, text=answer, content_type="application/sdp")

    async def _frames(self, _: web.Request) -> web.Response:
        return web.json_response([session.received.frames for session in self._sessions])


async def serve(port: int) -> None:
    app = web.Application()
    app.add_routes(WhipSink().routes)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, LOOPBACK, port).start()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whip_sink")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args().port
    with (
        contextlib.suppress(KeyboardInterrupt),
        asyncio.Runner(loop_factory=LightLoop) as runner,
    ):
        runner.run(serve(port))


if __name__ == "__main__":
    main()
