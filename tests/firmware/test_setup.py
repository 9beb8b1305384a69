"""How a device is set up: its settings over HTTP, and its page in a real browser."""

import asyncio
import base64
import http.client
import json
import stat
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import ClientSession, encode_basic_auth

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.twin import running
from tests.support.chromium import screen
from tests.support.polling import until
from tests.support.twin_camera import TwinCamera

pytestmark = pytest.mark.usefixtures("twin_camera")

JSON = {"Content-Type": "application/json"}


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()}


async def send(
    camera: TwinCamera,
    method: str,
    path: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, str]:
    """Ask the camera without credentials but those of ``headers``; return status and text."""

    def ask() -> tuple[int, str]:
        parts = urlsplit(camera.url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
        try:
            text = body if body is None or isinstance(body, str) else json.dumps(body)
            connection.request(method, path, text, (headers or {}) | (JSON if text else {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    return await asyncio.to_thread(ask)


async def setup_code(camera: TwinCamera) -> str:
    return (await camera.program.printed(r"^setup code (\S+)$")).group(1)


async def booted_again(camera: TwinCamera, times: int) -> None:
    """Wait until it has begun to listen for the ``times``-th time."""
    await until(lambda: camera.output.count(camera.url) >= times, "a restart")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


@pytest.fixture
def corrupt(file: Path, request: pytest.FixtureRequest) -> Path:
    file.write_bytes(request.param)
    return file


def bytes_of(file: Path) -> bytes:
    return file.read_bytes()


def kept_in(file: Path) -> Any:
    return json.loads(file.read_bytes())


def text_of(file: Path) -> str:
    return file.read_text()


def mode_of(file: Path) -> int:
    return stat.S_IMODE(file.stat().st_mode)


def new(file: Path) -> TwinCamera:
    """A camera that nobody has set up."""
    return TwinCamera("--unprovisioned", "--settings", str(file), "--size", "QVGA")


def used(file: Path) -> TwinCamera:
    """A camera in its network."""
    return TwinCamera("--settings", str(file), "--size", "QVGA")


async def test_a_person_sets_it_up_in_a_browser(file: Path) -> None:
    async with new(file) as camera, screen(390, 844) as phone:
        await camera.program.printed("^wifi access-point Peerlens twin-camera$")
        page = phone.page
        await page.goto(camera.base_url + "/")
        await page.get_by_text("Connect your camera").wait_for()
        # The second look for networks has found some.
        await page.locator("#network option[value='Home']").wait_for(state="attached")
        await page.select_option("#network", "Home")
        await page.fill("[data-path='wifi.password']", "short")
        await page.click("#save")
        await page.get_by_text("8 to 63 printable ASCII characters").wait_for()
        assert "wifi join" not in "\n".join(camera.output)
        await page.fill("[data-path='wifi.password']", "wifi s3cret")
        await page.fill("[data-path='server.url']", "ws://127.0.0.1:9/ws")
        await page.fill("[data-path='access.password']", "admin s3cret")
        await page.click("#save")
        await page.get_by_text("It now joins “Home”").wait_for()
        await camera.program.printed("^wifi join Home$")
        await booted_again(camera, 2)

        kept = kept_in(file)
        assert kept["wifi"] == {"ssid": "Home", "password": "wifi s3cret"}
        assert mode_of(file) == 0o600
        # Its password counts from now on, and secrets never come out.
        assert (await send(camera, "GET", "/"))[0] == 401
        assert (await send(camera, "GET", "/settings"))[0] == 401
        status, text = await send(camera, "GET", "/settings", headers=basic("admin s3cret"))
        assert status == 200
        assert "s3cret" not in text
        shown = json.loads(text)
        assert shown["wifi"] == {"ssid": "Home", "password": None}
        assert shown["server"]["url"] == "ws://127.0.0.1:9/ws"
        assert shown["identity"]["token"] == ""
        status, text = await send(camera, "GET", "/status", headers=basic("admin s3cret"))
        assert json.loads(text)["network"]["state"] == "joined"
        await camera.program.printed("^link down")


async def test_the_page_needs_nothing_from_elsewhere(file: Path) -> None:
    async with new(file) as camera, screen() as desk:
        asked: list[str] = []
        desk.page.on("request", lambda request: asked.append(request.url))
        await desk.page.goto(camera.base_url + "/")
        await desk.page.locator("#network option[value='Home']").wait_for(state="attached")
        assert len(asked) >= 4
        elsewhere = [url for url in asked if not url.startswith((camera.base_url, "data:"))]
        assert elsewhere == []


async def test_what_is_changed_counts_after_a_restart(file: Path) -> None:
    async with used(file) as camera:
        admin = basic(await setup_code(camera))
        change = {"camera": {"fps": 9}, "identity": {"id": "porch"}}
        status, text = await send(camera, "PATCH", "/settings", change, admin)
        assert (status, json.loads(text)) == (200, {"saved": True, "restart": "needed"})
        status, text = await send(camera, "POST", "/restart", {}, admin)
        assert (status, json.loads(text)) == (202, {"restarting": True})
        await booted_again(camera, 2)
        shown = json.loads((await send(camera, "GET", "/settings", headers=admin))[1])
        assert shown["camera"]["fps"] == 9
        assert shown["identity"]["id"] == "porch"


async def test_bad_settings_are_refused_by_name_and_nothing_changes(file: Path) -> None:
    async with used(file) as camera:
        admin = basic(await setup_code(camera))
        before = text_of(file)
        change = {"wifi": {"ssid": "Home"}, "camera": {"fps": 99}}
        status, text = await send(camera, "PATCH", "/settings", change, admin)
        assert status == 422
        assert json.loads(text) == {
            "problem": "invalid-settings",
            "field": "camera.fps",
            "was": "99",
            "expected": "a whole number from 1 to 60",
        }
        for bad in ("{", "[]", '{"wifi":{"ssid":1}}', '{"new":1}', '{"a":' * 40):
            assert (await send(camera, "PATCH", "/settings", bad, admin))[0] == 422
        big = {"server": {"caPem": "x" * 5000}}
        assert (await send(camera, "PATCH", "/settings", big, admin))[0] == 413
        assert text_of(file) == before


async def test_only_its_admin_and_its_own_page_may_change_it(file: Path) -> None:
    async with used(file) as camera:
        admin = basic(await setup_code(camera))
        change = {"camera": {"fps": 9}}
        changes = [("PATCH", "/settings"), ("POST", "/restart"), ("POST", "/factory-reset")]
        for method, path in changes:
            assert (await send(camera, method, path, change))[0] == 401
            elsewhere = {**admin, "Origin": "http://evil.example"}
            assert (await send(camera, method, path, change, elsewhere))[0] == 403
            form = {**admin, "Content-Type": "text/plain"}
            parts = urlsplit(camera.url)
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
            connection.request(method, path, json.dumps(change), form)
            assert connection.getresponse().status == 415
            connection.close()
        assert '"fps":25' in text_of(file)
        assert camera.output.count(camera.url) == 1


async def test_in_its_own_network_a_name_is_not_enough(file: Path) -> None:
    """There all names lead to the device: a page of any site would be its own."""
    async with new(file) as camera:
        evil = {"Host": "evil.example", "Origin": "http://evil.example"}
        for method, path in (("GET", "/settings"), ("GET", "/setup"), ("PATCH", "/settings")):
            body = {"wifi": {"ssid": "Home"}} if method == "PATCH" else None
            assert (await send(camera, method, path, body, evil))[0] == 403
        assert kept_in(file)["wifi"]["ssid"] == ""
        for path in ("/", "/generate_204", "/hotspot-detect.html"):
            status, text = await send(camera, "GET", path, headers={"Host": "captive.example"})
            assert status == 302, text
        # Pictures are not for whoever sets it up.
        assert (await send(camera, "GET", "/snapshot"))[0] == 401


async def test_a_factory_reset_forgets_all_but_the_code(file: Path) -> None:
    async with new(file) as camera:
        code = await setup_code(camera)
        change = {"wifi": {"ssid": "Home"}, "access": {"password": "admin s3cret"}}
        assert (await send(camera, "PATCH", "/settings", change))[0] == 200
        await send(camera, "POST", "/restart", {})
        await booted_again(camera, 2)
        status, _ = await send(camera, "POST", "/factory-reset", {}, basic("admin s3cret"))
        assert status == 202
        await booted_again(camera, 3)
        assert "s3cret" not in text_of(file)
        assert json.loads((await send(camera, "GET", "/setup"))[1])["state"] == "unprovisioned"
        assert [line for line in camera.output if line == f"setup code {code}"] != []


@pytest.mark.parametrize(
    ("corrupt", "why"),
    [
        (b"", "was not such JSON, expected one JSON object"),
        (b"\x00\xff" * 100, "was not such JSON, expected one JSON object"),
        (b'{"version":9}', "version was another one, expected version 1"),
        (b'{"version":1,"camera":{"fps":0}}', "camera.fps was 0, expected a whole number"),
        (b" " * 9000, "longer than 8192 bytes"),
    ],
    ids=["empty", "garbage", "version", "value", "long"],
    indirect=["corrupt"],
)
async def test_it_boots_with_what_is_corrupt(corrupt: Path, why: str) -> None:
    before = bytes_of(corrupt)
    async with new(corrupt) as camera:
        line = (await camera.program.printed("the settings that were kept cannot be used")).string
        assert why in line
        assert json.loads((await send(camera, "GET", "/setup"))[1])["state"] == "unprovisioned"
        assert bytes_of(corrupt) == before
        change = {"wifi": {"ssid": "Home"}}
        assert (await send(camera, "PATCH", "/settings", change))[0] == 200
        assert kept_in(corrupt)["wifi"]["ssid"] == "Home"


async def test_what_cannot_be_saved_is_said(file: Path) -> None:
    async with TwinCamera("--basic", "admin:s3cret s3cret") as camera:
        change = {"camera": {"fps": 9}}
        status, text = await send(camera, "PATCH", "/settings", change, basic("s3cret s3cret"))
        assert status == 500
        assert "cannot save the settings: this program was started without a file" in text


async def test_a_car_that_is_driven_is_left_alone(twin_car: Path, file: Path) -> None:
    options = ("--http-port", "0", "--basic", "admin:s3cret s3cret", "--settings", str(file))
    admin = {"Authorization": encode_basic_auth("admin", "s3cret s3cret")}
    change = {"board": {"failsafeMs": 300}}
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url, *options) as twin,
        ClientSession(await twin.http_url(), headers=admin) as session,
    ):
        async with sending(gateway):
            await twin.reaches("armed")
            for ask in (session.patch("/settings", json=change), session.post("/restart", json={})):
                async with ask as answer:
                    assert answer.status == 409, await answer.text()
            assert twin.now.state == "armed"
        await twin.reaches("disarmed")
        async with session.patch("/settings", json=change) as answer:
            assert answer.status == 200
        async with session.post("/restart", json={}) as answer:
            assert answer.status == 202
        await until(lambda: twin.lines.count("link up") == 2, "the link after the restart")
        async with session.get("/settings") as answer:
            shown = await answer.json()
        assert shown["board"]["failsafeMs"] == 300
        assert "camera" not in shown
