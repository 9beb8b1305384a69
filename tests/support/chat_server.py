"""A real HTTP server that speaks chat completions, or what a bad one would say."""

import asyncio
import base64
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

KEY = "sk-test-of-nobody-0123456789"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answer(**opinion: Any) -> dict[str, Any]:
    """Return the body of a good answer."""
    return completion(json.dumps(opinion))


def completion(content: object) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": content},
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


class ChatServer:
    """Checks each request as the real one does, then answers by ``respond``."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.pictures: list[bytes] = []
        self.at_once = self.most_at_once = 0
        self.base_url = ""
        self.respond: Handler = self.says(
            answer(what="person", confidence=0.9, description="A person walks past.")
        )

    @staticmethod
    def says(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Handler:
        async def respond(_: web.Request) -> web.StreamResponse:
            return web.json_response(body, status=status, headers=headers)

        return respond

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if request.headers.get("Authorization") != f"Bearer {KEY}":
                error = {"error": {"message": f"Incorrect API key provided: {KEY}"}}
                return web.json_response(error, status=401)
            body = await request.json()
            self.requests.append(body)
            [_, user] = body["messages"]
            url = user["content"][1]["image_url"]["url"]
            start = "data:image/jpeg;base64,"
            assert url.startswith(start)
            self.pictures.append(base64.b64decode(url.removeprefix(start), validate=True))
            return await self.respond(request)
        finally:
            self.at_once -= 1


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60.0)
    return web.Response()


async def never_ends(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        while True:
            await response.write(b" " * 65_536)
    return response


@contextlib.asynccontextmanager
async def chat_server() -> AsyncIterator[ChatServer]:
    """Serve for the length of the block, at ``base_url``."""
    server = ChatServer()
    app = web.Application(client_max_size=16_000_000)
    app.router.add_post("/v1/chat/completions", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        yield server
    finally:
        await runner.cleanup()
