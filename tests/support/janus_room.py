"""Janus as the media server: its WebRTC and its video room, with a WHIP endpoint before it.

The endpoint only carries SDP to Janus and back, as Janus' own "simple WHIP server" does, which is a
Node.js program that Debian 12 has.
"""

import contextlib
from collections.abc import AsyncIterator

from aiohttp import ClientSession, web

from bench.janus import janus_with
from bench.janus_api import JanusHandle
from tests.support.viewer import Viewer

PLUGIN = "janus.plugin.videoroom"
ROOM = 1234

_CONFIGURATION = f"""\
room-{ROOM}: {{
    description = "tests"
    publishers = 2
    bitrate = 2000000
    videocodec = "h264,vp8"
    playoutdelay_ext = true
}}
"""


class JanusRoom:
    """``url`` takes WHIP; ``watching`` is a viewer of the room."""

    def __init__(self, http: ClientSession, endpoint: str) -> None:
        self.url = ""
        self._http = http
        self._endpoint = endpoint
        self._publishers: dict[str, JanusHandle] = {}

    @property
    def routes(self) -> list[web.RouteDef]:
        return [web.post("/whip", self._post), web.delete("/session/{id}", self._delete)]

    async def _post(self, request: web.Request) -> web.Response:
        handle = await JanusHandle.attached(self._http, self._endpoint, PLUGIN)
        joining = {"request": "joinandconfigure", "room": ROOM, "ptype": "publisher"}
        await handle.ask(joining, {"type": "offer", "sdp": await request.text()})
        answer = await handle.description()
        name = str(len(self._publishers))
        self._publishers[name] = handle
        return web.Response(
            status=201,
            text=answer,
            content_type="application/sdp",
            headers={"Location": f"/session/{name}"},
        )

    async def _delete(self, request: web.Request) -> web.Response:
        await self._publishers.pop(request.match_info["id"]).destroy()
        return web.Response()

    async def publishers(self) -> list[int]:
        """Ask Janus who publishes in the room."""
        handle = await JanusHandle.attached(self._http, self._endpoint, PLUGIN)
        answer = await handle.ask({"request": "listparticipants", "room": ROOM})
        await handle.destroy()
        listed = answer["plugindata"]["data"]["participants"]
        return [int(each["id"]) for each in listed if each["publisher"]]

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[Viewer]:
        """Watch the first publisher for the length of a block."""
        [publisher, *_] = await self.publishers()
        handle = await JanusHandle.attached(self._http, self._endpoint, PLUGIN)
        joining = {"request": "join", "room": ROOM, "ptype": "subscriber"}
        await handle.ask({**joining, "streams": [{"feed": publisher}]})
        viewer = Viewer(offers=False)
        try:
            answer = await viewer.answer(await handle.description())
            await handle.ask({"request": "start"}, {"type": "answer", "sdp": answer})
            yield viewer
        finally:
            await viewer.close()
            await handle.destroy()


@contextlib.asynccontextmanager
async def janus_room() -> AsyncIterator[JanusRoom]:
    """Run Janus with one room, and the endpoint, on loopback."""
    with janus_with("videoroom", _CONFIGURATION) as (_, endpoint):
        async with ClientSession() as http:
            room = JanusRoom(http, endpoint)
            app = web.Application()
            app.add_routes(room.routes)
            runner = web.AppRunner(app, shutdown_timeout=1.0)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                room.url = f"http://127.0.0.1:{runner.addresses[0][1]}/whip"
                yield room
            finally:
                await runner.cleanup()
