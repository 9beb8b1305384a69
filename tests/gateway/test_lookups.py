"""Names to addresses, each asked for at most once at a time."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from gateway.lookups import Lookups


async def test_a_name_becomes_its_addresses() -> None:
    lookups = Lookups()
    assert "127.0.0.1" in await lookups.addresses("localhost", 3478)
    assert await lookups.addresses("::1", 3478, socket.SOCK_DGRAM) == ["::1"]
    with pytest.raises(OSError, match=r"."):
        await lookups.addresses("nobody.invalid", 3478)
    assert len(lookups) == 0
    await lookups.close()


async def test_a_resolver_that_hangs_holds_one_thread_for_each_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, let_go = socket.getaddrinfo, threading.Event()
    asked: list[str] = []

    def hangs(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        let_go.wait(10)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    lookups = Lookups()
    for _ in range(20):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await lookups.addresses("turn.example.org", 3478)
    assert asked == ["turn.example.org"]
    waiting = asyncio.create_task(lookups.addresses("turn.example.org", 3478))
    let_go.set()
    assert await waiting == ["127.0.0.1"]
    assert await lookups.addresses("turn.example.org", 3478) == ["127.0.0.1"]
    assert asked == ["turn.example.org"] * 2, "it is asked for anew when it was answered"


async def test_closing_waits_for_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: let_go.wait(10))
    lookups = Lookups()
    waiting = asyncio.create_task(lookups.addresses("turn.example.org", 3478))
    await asyncio.sleep(0)
    await asyncio.wait_for(lookups.close(), 2)
    with pytest.raises(asyncio.CancelledError):
        await waiting
    let_go.set()
