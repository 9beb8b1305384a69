"""A media server that takes WHIP (RFC 9725): real aiortc, which decodes what it is sent.

``python -m tests.support.whip_server --port N`` runs one that can be killed, and tells how many
pictures it has decoded.
"""

import argparse
import asyncio
import contextlib
import re
import secrets
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

from tests.support.decoding_peer import FRAMES_DEADLINE_S, DecodingPeer
from tests.support.polling import until

TELL_INTERVAL_S = 0.2
DECODED = r"decoded [1-9]\d"
"""What such a process prints once video comes."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WhipSession(DecodingPeer):
    """What one publisher sends."""

    def __init__(self, offer: str) -> None:
        super().__init__()
        self.offer = offer

    async def ask_for_keyframe(self) -> None:
        """Send a picture loss indication about the stream that comes."""
        found = re.search(r"a=ssrc:(\d+)", self.offer)
        assert found is not None
        receiver: Any = self.connection.getTransceivers()[0].receiver
        await receiver._send_rtcp_pli(int(found[1]))


class WhipServer:
    """Takes POST at ``url`` and DELETE at what it answers; ``sessions`` by their secret ids.

    ``instead`` takes the place of the answer to POST while it is set, ``read`` may change the
    offer and ``decorate`` the answer.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self.url = ""
        self.sessions: dict[str, WhipSession] = {}
        self.posts: list[web.Request] = []
        self.deleted: list[str] = []
        self.deletes_hang = False
        self.instead: Handler | None = None
        self.read: Callable[[str], str] = lambda offer: offer
        self.decorate: Callable[[web.Response], None] = lambda _: None

    @property
    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/whip/{name}", self._post),
            web.delete("/session/{id}", self._delete),
        ]

    def newest(self) -> WhipSession:
        return list(self.sessions.values())[-1]

    async def session(self, count: int = 1) -> WhipSession:
        """Wait until ``count`` sessions are open, and return the newest."""
        await until(lambda: len(self.sessions) >= count, f"{count} sessions", FRAMES_DEADLINE_S)
        return self.newest()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        self.posts.append(request)
        if self.instead is not None:
            return await self.instead(request)
        if not self._allowed(request):
            return web.Response(status=401)
        if request.content_type != "application/sdp":
            return web.Response(status=415)
        session = WhipSession(self.read(await request.text()))
        answer = await session.answer(session.offer)
        name = secrets.token_hex(8)
        self.sessions[name] = session
        response = web.Response(
            status=201,
            text=answer,
            content_type="application/sdp",
            headers={"Location": f"/session/{name}", "ETag": f'"{name[:4]}"'},
        )
        self.decorate(response)
        return response

    async def _delete(self, request: web.Request) -> web.Response:
        if self.deletes_hang:
            await asyncio.sleep(3600)
        if not self._allowed(request):
            return web.Response(status=401)
        session = self.sessions.pop(request.match_info["id"], None)
        if session is None:
            return web.Response(status=404)
        self.deleted.append(request.match_info["id"])
        await session.close()
        return web.Response()

    def _allowed(self, request: web.Request) -> bool:
        given = request.headers.get("Authorization")
        return self.token is None or given == f"Bearer {self.token}"

    async def close(self) -> None:
        sessions, self.sessions = list(self.sessions.values()), {}
        await asyncio.gather(*(session.close() for session in sessions))


@contextlib.asynccontextmanager
async def whip_server(
    server: WhipServer, port: int = 0, host: str = "127.0.0.1"
) -> AsyncIterator[WhipServer]:
    """Run ``server`` for the length of a block."""
    app = web.Application()
    app.add_routes(server.routes)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        server.url = f"http://{host}:{runner.addresses[0][1]}/whip/front"
        yield server
    finally:
        await runner.cleanup()
        await server.close()


async def _serve(host: str, port: int, link: str | None) -> None:
    server = WhipServer()
    if link is not None:
        server.decorate = lambda response: response.headers.update({"Link": link})
    async with whip_server(server, port, host):
        while True:
            frames = [session.frames for session in server.sessions.values()]
            sys.stdout.write(f"decoded {max(frames, default=0)}\n")
            sys.stdout.flush()
            await asyncio.sleep(TELL_INTERVAL_S)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.support.whip_server")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--link", help="header of every answer")
    options = parser.parse_args()
    asyncio.run(_serve(options.host, options.port, options.link))
