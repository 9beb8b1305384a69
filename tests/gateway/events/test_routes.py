"""The HTTP side of events, on a real server with real files."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, encode_basic_auth

from edge.app import build_app
from edge.auth import Authenticator
from edge.roles import Role
from edge.server import serving
from edge.settings import HttpSettings
from gateway.events.clip_file import Lead
from gateway.events.recording import Recording
from gateway.events.routes import event_routes
from gateway.events.settings import EventsSettings
from protocol.codec import to_wire
from protocol.messages import EventInfo
from tests.support.events import decoded, event, units
from tests.support.pictures import jpeg
from tests.support.polling import until
from tests.support.tokens import known_tokens

START_MS = 1_795_000_000_000.0
NO_LEAD = Lead((), 0.0, 30.0, 1_500)
FOR_EVER = EventsSettings(max_age_days=36_500)


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {known_tokens().by_role[role]}"}


VIEWER, ADMIN = bearer(Role.VIEWER), bearer(Role.ADMIN)


class Server:
    def __init__(self, recording: Recording, client: ClientSession) -> None:
        self.recording = recording
        self.client = client

    async def store(self, *events: EventInfo) -> None:
        for info in events:
            assert self.recording.save(info, info.start_ms)
        await self.stored()

    async def stored(self) -> None:
        done: list[int] = []
        self.recording.writer.submit(lambda: done.append(1))
        await until(lambda: done, "the disk")

    async def listed(self, **query: object) -> dict[str, Any]:
        given = {name: str(value) for name, value in query.items()}
        async with self.client.get("/api/events", params=given, headers=VIEWER) as response:
            assert response.status == 200, await response.text()
            assert response.headers["Cache-Control"] == "no-store"
            body: dict[str, Any] = await response.json()
            return body


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with Recording({}, FOR_EVER, tmp_path / "events") as recording:
        app = build_app(
            HttpSettings(port=0), Authenticator(known_tokens()), event_routes(recording)
        )
        async with (
            serving(app, HttpSettings(port=0), stop_timeout_s=1.0) as url,
            ClientSession(url) as client,
        ):
            yield Server(recording, client)


async def problem(response: ClientResponse) -> tuple[int, str]:
    assert response.content_type == "application/problem+json"
    body = await response.json(content_type="application/problem+json")
    return response.status, body["type"].removeprefix("urn:peerlens:problem:")


async def test_nothing_yet_is_an_empty_list(server: Server) -> None:
    assert await server.listed() == {"events": [], "next": None}


async def test_pages_go_from_the_newest_to_the_oldest(server: Server) -> None:
    events = [event(START_MS + number) for number in range(7)]
    await server.store(*events)
    seen, cursor, pages = list[str](), None, 0
    while pages == 0 or cursor is not None:
        page = await server.listed(limit=3, **({"cursor": cursor} if cursor else {}))
        # What comes meanwhile is on none of the pages that follow.
        await server.store(event(START_MS + 1_000 + pages))
        seen += [found["id"] for found in page["events"]]
        cursor, pages = page["next"], pages + 1
    assert seen == [info.id for info in reversed(events)]
    assert pages == 3


async def test_events_have_the_form_of_the_wire_and_can_be_filtered(server: Server) -> None:
    person = event(START_MS, "front", what="person", confidence=0.5, zones=("door",))
    light = event(START_MS + 1, "yard", what="light", level="HIGH")
    await server.store(person, light)
    assert (await server.listed(camera="front"))["events"] == [to_wire(person)]
    assert (await server.listed(what="light,object"))["events"] == [to_wire(light)]
    assert (await server.listed(level="HIGH", until=START_MS))["events"] == []
    assert len((await server.listed(camera="front,yard", since=START_MS + 1))["events"]) == 1
    async with server.client.get(f"/api/events/{person.id}", headers=VIEWER) as response:
        assert await response.json() == to_wire(person)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=many",
        "limit=nan",
        "since=yesterday",
        "until=-1",
        "cursor=../../x",
        "what=ghost",
        "level=EXTREME",
        "colour=red",
    ],
)
async def test_a_query_that_makes_no_sense_is_told_why(server: Server, query: str) -> None:
    async with server.client.get(f"/api/events?{query}", headers=VIEWER) as response:
        assert await problem(response) == (400, "bad-request")


async def with_files(server: Server) -> tuple[EventInfo, bytes]:
    info = event(START_MS)
    await server.store(info)
    store, made = server.recording.store, units(75)

    def write() -> None:
        store.save_snapshot(info.id, jpeg(1))
        store.begin_clip(info.id, made[0], NO_LEAD)
        for unit in made[1:]:
            store.add_to_clip(info.id, unit)
        store.end_clip(info.id)

    assert server.recording.writer.submit(write)
    await server.stored()
    path = server.recording.store.folder.path / "media" / f"{info.id}.mp4"
    return info, path.read_bytes()


async def test_pictures_and_clips_can_be_had(server: Server) -> None:
    info, clip = await with_files(server)
    for name, kind, expected in (
        ("snapshot.jpg", "image/jpeg", jpeg(1)),
        ("thumbnail.jpg", "image/jpeg", None),
        ("clip.mp4", "video/mp4", clip),
    ):
        url = f"/api/events/{info.id}/{name}"
        async with server.client.get(url, headers=VIEWER) as response:
            assert (response.status, response.content_type) == (200, kind)
            body = await response.read()
            assert expected is None or body == expected
        same = {**VIEWER, "If-None-Match": response.headers["ETag"]}
        async with server.client.get(url, headers=same) as response:
            assert response.status == 304
    thumbnail = f"/api/events/{info.id}/thumbnail.jpg"
    basic = {"Authorization": encode_basic_auth("x", known_tokens().by_role[Role.VIEWER])}
    async with server.client.get(thumbnail, headers=basic) as response:
        assert len(await response.read()) < len(jpeg(1))


async def test_parts_of_a_clip_can_be_had(server: Server) -> None:
    info, clip = await with_files(server)
    url = f"/api/events/{info.id}/clip.mp4"
    size = len(clip)
    for asked, begin, end in (
        ("bytes=0-0", 0, 1),
        ("bytes=100-", 100, size),
        ("bytes=-50", size - 50, size),
    ):
        async with server.client.get(url, headers={**VIEWER, "Range": asked}) as response:
            assert response.status == 206
            assert response.headers["Content-Range"] == f"bytes {begin}-{end - 1}/{size}"
            assert await response.read() == clip[begin:end]
    beyond = {**VIEWER, "Range": f"bytes={size}-"}
    async with server.client.get(url, headers=beyond) as response:
        assert response.status == 416


async def test_a_clip_that_grows_can_be_played_so_far(server: Server) -> None:
    info = event(START_MS, end_ms=None)
    await server.store(info)
    store, made = server.recording.store, units(150)
    url = f"/api/events/{info.id}/clip.mp4"
    server.recording.begin_clip(info.id, made[0], NO_LEAD)
    lengths, reached = [], 0
    for until_unit in (40, 100):
        for unit in made[reached + 1 : until_unit + 1]:
            server.recording.add_to_clip(info.id, unit)
        reached = until_unit
        await server.stored()
        async with server.client.get(url, headers=VIEWER) as response:
            body = await response.read()
        lengths.append(len(decoded(body)))
    following = {**VIEWER, "Range": f"bytes={len(body)}-"}
    async with server.client.get(url, headers=following) as response:
        assert response.status == 416, "there is no more yet"
    server.recording.end_clip(info.id)
    await server.stored()
    async with server.client.get(url, headers=following) as response:
        whole = body + await response.read()
    assert lengths == [30, 90]
    assert len(decoded(whole)) == 101
    assert store.problem is None


async def test_deleting_takes_all_of_it_and_needs_an_admin(server: Server) -> None:
    info, _ = await with_files(server)
    told: list[bool] = []
    url = f"/api/events/{info.id}"
    async with server.client.delete(url, headers=VIEWER) as response:
        assert await problem(response) == (403, "forbidden")
    with server.recording.changes.subscribed(lambda change: told.append(change.deleted)):
        async with server.client.delete(url, headers=ADMIN) as response:
            assert response.status == 204
        await until(lambda: told, "the news")
    assert told == [True]
    for path in ("", "/snapshot.jpg", "/clip.mp4"):
        async with server.client.get(url + path, headers=VIEWER) as response:
            assert await problem(response) == (404, "unknown-event")
    assert list((server.recording.store.folder.path / "media").iterdir()) == []


async def test_what_goes_on_cannot_be_deleted(server: Server) -> None:
    info = event(START_MS, end_ms=None)
    await server.store(info)
    async with server.client.delete(f"/api/events/{info.id}", headers=ADMIN) as response:
        assert await problem(response) == (409, "event-goes-on")


@pytest.mark.parametrize(
    "path",
    [
        "/api/events/..%2f..%2fetc%2fpasswd/snapshot.jpg",
        "/api/events/%2e%2e/snapshot.jpg",
        f"/api/events/{'0' * 24}/../../../etc/passwd",
        f"/api/events/{'0' * 24}/events.sqlite",
        f"/api/events/{'0' * 24}/snapshot.jpg",
        f"/api/events/{'0' * 24}",
        "/api/events/0",
    ],
)
async def test_nothing_but_pictures_of_events_is_handed_out(server: Server, path: str) -> None:
    await with_files(server)
    async with server.client.get(path, headers=ADMIN) as response:
        status, _ = await problem(response)
        assert status == 404


async def test_without_a_token_there_is_nothing(server: Server) -> None:
    for path in ("/api/events", f"/api/events/{'0' * 24}", f"/api/events/{'0' * 24}/clip.mp4"):
        async with server.client.get(path) as response:
            assert await problem(response) == (401, "unauthorized")


async def test_events_that_are_switched_off_say_so(tmp_path: Path) -> None:
    async with Recording({}, EventsSettings(enabled=False), tmp_path / "events") as recording:
        app = build_app(HttpSettings(port=0), Authenticator(), event_routes(recording))
        async with (
            serving(app, HttpSettings(port=0), stop_timeout_s=1.0) as url,
            ClientSession(url) as client,
            client.get("/api/events") as response,
        ):
            assert await problem(response) == (503, "events-unavailable")
