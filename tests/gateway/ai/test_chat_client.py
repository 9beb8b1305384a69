"""What a server may do, and what comes of it."""

import datetime
import email.utils
import time
from typing import Any

import pytest
from aiohttp import web

from gateway.ai.chat_client import ChatClient, retry_after_s
from gateway.ai.errors import AiBusy, AiError, AiRefused, BadAnswer
from gateway.ai.question import Opinion
from gateway.ai.settings import AiSettings
from protocol.messages import EventInfo
from tests.support.chat_server import KEY, ChatServer, Handler, chat_server, hang, never_ends
from tests.support.program import free_port

EVENT = EventInfo("01a221a3aa15d55eef7fb8eb", "front", 1.0, "HIGH", 4.0)
JPEG = bytes(range(256)) * 200


async def asked(server: ChatServer, **more: Any) -> Opinion:
    settings = AiSettings(
        **{"enabled": True, "base_url": server.base_url, "api_key": KEY, "timeout_s": 5.0, **more}
    )
    async with ChatClient(settings) as client:
        return await client.ask(EVENT, JPEG)


async def test_the_picture_goes_there_and_an_opinion_comes_back() -> None:
    async with chat_server() as server:
        assert await asked(server) == Opinion("person", 0.9, "A person walks past.")
        assert server.pictures == [JPEG]


async def test_a_wrong_key_is_refused_and_not_shown() -> None:
    async with chat_server() as server:
        with pytest.raises(AiRefused, match="401") as refusal:
            await asked(server, api_key="sk-wrong-key")
        assert "sk-" not in str(refusal.value)


@pytest.mark.parametrize(
    ("respond", "kind", "words"),
    [
        (ChatServer.says({}, 500), AiError, "500"),
        (ChatServer.says({}, 403), AiRefused, "403"),
        (ChatServer.says({}), BadAnswer, "chat completions"),
        (ChatServer.says("nonsense"), BadAnswer, "chat completions"),
        (never_ends, BadAnswer, "longer than"),
    ],
)
async def test_bad_answers(respond: Handler, kind: type[AiError], words: str) -> None:
    async with chat_server() as server:
        server.respond = respond
        with pytest.raises(kind, match=words):
            await asked(server)


async def test_one_that_hangs_is_given_up_in_time() -> None:
    async with chat_server() as server:
        server.respond = hang
        before_s = time.monotonic()
        with pytest.raises(AiError, match=r"no answer within 0\.3 s"):
            await asked(server, timeout_s=0.3)
        assert time.monotonic() - before_s < 5.0


async def test_one_that_is_not_there() -> None:
    server = ChatServer()
    server.base_url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(AiError, match="cannot be reached"):
        await asked(server)


async def test_a_redirect_does_not_take_the_key_elsewhere() -> None:
    async with chat_server() as server, chat_server() as elsewhere:

        async def move(_: web.Request) -> web.StreamResponse:
            raise web.HTTPTemporaryRedirect(f"{elsewhere.base_url}/chat/completions")

        server.respond = move
        with pytest.raises(AiRefused, match="307"):
            await asked(server)
        assert elsewhere.requests == []


async def test_one_that_is_busy_says_when_to_come_again() -> None:
    async with chat_server() as server:
        server.respond = ChatServer.says({}, 429, {"Retry-After": "17"})
        with pytest.raises(AiBusy) as busy:
            await asked(server)
        assert busy.value.retry_after_s == 17.0


def test_retry_after() -> None:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=100)
    found = retry_after_s({"Retry-After": email.utils.format_datetime(soon, usegmt=True)})
    assert found is not None
    assert 90.0 < found <= 100.0
    assert retry_after_s({"Retry-After": "1e9"}) == 86_400.0
    assert retry_after_s({"Retry-After": "-5"}) == 0.0
    for text in ("", "soon", "nan", "inf", "Mon, 99 Foo"):
        assert retry_after_s({"Retry-After": text}) is None
