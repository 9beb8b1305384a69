"""A camera that sees somebody, and a model that says who: with real pictures, files and HTTP."""

import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from gateway.ai.describer import Describer
from gateway.ai.settings import AiSettings
from gateway.events.database import EventQuery
from gateway.events.settings import EventsSettings
from gateway.gateway import Gateway
from gateway.metrics import GatewayMetrics
from gateway.settings import CameraSettings, WebrtcSettings
from protocol.messages import EventChanged
from tests.support.chat_server import KEY, ChatServer, chat_server, hang
from tests.support.polling import until

SOURCE = CameraSettings(source="synthetic:?width=320&height=240&fps=15", warm=True)
EVENTS = EventsSettings(clips=False)
DEADLINE_S = 20.0


@contextlib.asynccontextmanager
async def watched(
    folder: Path, server: ChatServer, *ids: str, **more: Any
) -> AsyncIterator[tuple[Gateway, Describer]]:
    ai = AiSettings(
        **{"enabled": True, "base_url": server.base_url, "api_key": KEY, "timeout_s": 5.0, **more}
    )
    cameras = dict.fromkeys(ids or ("front",), SOURCE)
    gateway = Gateway(cameras, WebrtcSettings(), events=EVENTS, ai=ai, state_dir=folder)
    async with gateway:
        assert gateway.describer is not None
        yield gateway, gateway.describer


def sample(gateway: Gateway, name: str, **labels: str) -> float | None:
    registry = CollectorRegistry()
    registry.register(GatewayMetrics(gateway))
    return registry.get_sample_value(name, labels)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.ai.describer.SETTLE_S", 0.2)


async def test_what_it_says_becomes_part_of_the_event(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with chat_server() as server, watched(tmp_path, server) as (gateway, describer):
        told: list[EventChanged] = []
        with gateway.events.subscribed(told.append):
            await until(lambda: any(c.event.description for c in told), "an answer", DEADLINE_S)
        event = next(change.event for change in told if change.event.description)
        assert (event.what, event.confidence) == ("person", 0.9)
        assert event.description == "A person walks past."
        stored = await gateway.recording.find(event.id)
        assert stored.description == event.description
        assert [picture[:2] for picture in server.pictures] == [b"\xff\xd8"]
        # The same event is asked about once, however often it changes.
        for _ in range(5):
            gateway.events.publish(EventChanged(stored))
        assert len(server.requests) == 1
        assert sample(gateway, "peerlens_ai_requests_total", outcome="answered") == 1.0
        assert sample(gateway, "peerlens_ai_left_today") == 199.0
        assert describer.problem is None
    assert KEY not in caplog.text


async def test_one_at_a_time_of_each_camera_seldom_and_never_more_than_a_day_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cameras = ("a", "b", "c", "d")
    async with chat_server() as server:
        async with watched(tmp_path, server, *cameras, max_per_day=2):
            await until(lambda: "max_per_day (2) is used up" in caplog.text, "the word", DEADLINE_S)
            assert len(server.requests) == 2
            assert server.most_at_once == 1
        # A restart does not give another day's worth.
        async with watched(tmp_path, server, *cameras, max_per_day=2) as (gateway, describer):
            assert describer.left_today == 0
            await until(
                lambda: sample(gateway, "peerlens_events_begun_total", camera="a"), "an event"
            )
    assert len(server.requests) == 2
    assert caplog.text.count("max_per_day (2) is used up") <= 2


@pytest.mark.parametrize(
    ("respond", "timeout_s", "words"),
    [
        (hang, 0.3, "no answer within 0.3 s"),
        (ChatServer.says({"nonsense": 1}), 20.0, "chat completions"),
        (ChatServer.says({}, 401), 20.0, "it refuses: 401"),
        (ChatServer.says({}, 429, {"Retry-After": "3600"}), 20.0, "not asked again for 3600 s"),
    ],
)
async def test_whatever_goes_wrong_is_told_once_and_the_event_is_as_it_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, respond: Any, timeout_s: float, words: str
) -> None:
    async with (
        chat_server() as server,
        watched(tmp_path, server, timeout_s=timeout_s, cooldown_s=0.0) as (gateway, describer),
    ):
        server.respond = respond
        await until(lambda: describer.problem, "the problem", DEADLINE_S)
        assert words in caplog.text
        frames = gateway.cameras["front"].frames
        await until(lambda: gateway.cameras["front"].frames > frames + 5, "pictures meanwhile")
        [event] = await gateway.recording.select(EventQuery())
        assert event.description is None
        gateway.events.publish(EventChanged(event))
        assert len(server.requests) == 1
        assert sample(gateway, "peerlens_ai_degraded") == 1.0
    assert len([line for line in caplog.messages if line.startswith("AI: ")]) == 1
    assert KEY not in caplog.text


async def test_it_is_off_by_default(tmp_path: Path) -> None:
    gateway = Gateway({"front": SOURCE}, WebrtcSettings(), ai=AiSettings(), state_dir=tmp_path)
    async with gateway:
        assert gateway.describer is None
