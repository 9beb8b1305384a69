"""The real program, killed in the middle of an event."""

import json
import time
from pathlib import Path

from aiohttp import ClientSession

from peerlens.virtual_camera import VirtualCamera
from tests.support.events import decoded
from tests.support.intruder import Intruder, shows_intruder
from tests.support.polling import until
from tests.support.program import Program, free_port, program

DEADLINE_S = 30.0


async def next_event(client: ClientSession) -> dict[str, object]:
    """Introduce a browser, and return the first event with a clip that it is told of."""
    async with client.ws_connect("/ws") as socket:
        await socket.send_json({"type": "hello", "v": 1})
        async for message in socket:
            told = json.loads(message.data)
            if told["type"] == "event" and told["event"].get("clip"):
                found: dict[str, object] = told["event"]
                return found
            if told["type"] == "ping":
                await socket.send_json({"type": "pong", "id": told["id"]})
    raise AssertionError("the link ended")


def size_of(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def test_the_event_and_its_clip_up_to_the_last_fragment_are_there(tmp_path: Path) -> None:
    intruder = Intruder()
    async with VirtualCamera(intruder) as camera:
        port = free_port()
        configuration = {
            "http": {"port": port},
            "auth": {"state_dir": str(tmp_path)},
            "cameras": {"front": {"source": camera.url, "warm": True}},
        }
        file = tmp_path / "peerlens.yaml"
        file.write_text(json.dumps(configuration))
        async with program("up", "-c", str(file)) as first:
            await first.printed("Peerlens is up")
            await first.printed("connecting -> live")
            async with ClientSession(f"http://127.0.0.1:{port}") as client:
                event = await in_the_middle(client, intruder, first, tmp_path)
            await first.kill()
        killed_ms = time.time() * 1000
        async with (
            program("up", "-c", str(file), "--set", "cameras.front.warm=false") as second,
            ClientSession(f"http://127.0.0.1:{port}") as client,
        ):
            await second.printed("Peerlens is up")
            await second.printed("1 that the last run left unfinished were ended")
            async with client.get("/api/events") as response:
                [kept] = (await response.json())["events"]
            async with client.get(f"/api/events/{event['id']}/clip.mp4") as response:
                pictures = decoded(await response.read())
            async with client.get(f"/api/events/{event['id']}/snapshot.jpg") as response:
                assert response.status == 200
    assert kept["id"] == event["id"]
    assert kept["snapshot"]
    assert kept["clip"]
    assert kept["startMs"] < kept["endMs"] <= killed_ms
    assert any(shows_intruder(luma) for _, luma in pictures)
    assert pictures[-1][0] >= 2.0


async def in_the_middle(
    client: ClientSession, intruder: Intruder, running: Program, state: Path
) -> dict[str, object]:
    """Let somebody in, and return when their clip has been growing."""
    intruder.moving = True
    event = await next_event(client)
    clip = state / "events" / "media" / f"{event['id']}.mp4"
    sizes = {size_of(clip)}

    def growing() -> bool:
        sizes.add(size_of(clip))
        return len(sizes) > 3

    await until(growing, "the clip to grow", DEADLINE_S)
    assert running.running
    return event
