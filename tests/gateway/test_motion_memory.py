"""What was changed of the motion settings, over restarts and over HTTP."""

import errno
import json
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from edge.app import build_app
from edge.auth import Authenticator
from edge.roles import Role
from edge.server import serving
from edge.settings import HttpSettings
from gateway.errors import BadMotionSettings
from gateway.gateway import Gateway
from gateway.motion import memory as memory_module
from gateway.motion.memory import MOTION_FILE
from gateway.motion.routes import motion_routes
from gateway.settings import CameraSettings, WebrtcSettings
from tests.support.tokens import known_tokens

TRIANGLE = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]
SOURCE = "synthetic:?width=320&height=240&fps=30"


def new(folder: Path, *cameras: str) -> Gateway:
    settings = {camera: CameraSettings(source=SOURCE) for camera in cameras or ("front",)}
    return Gateway(settings, WebrtcSettings(), state_dir=folder)


async def test_a_change_is_in_force_at_once_and_after_a_restart(tmp_path: Path) -> None:
    async with new(tmp_path) as gateway:
        camera = gateway.camera("front")
        gateway.motion_memory.change(camera, {"threshold": 0.3})
        assert await gateway.motion_memory.change(camera, {"masks": [TRIANGLE]}) is None
        assert camera.motion_settings.threshold == 0.3
    async with new(tmp_path) as gateway:
        settings = gateway.camera("front").motion_settings
        assert settings.threshold == 0.3
        assert len(settings.masks) == 1
        assert settings.enabled, "what nobody changed goes by the configuration"
    assert (tmp_path / MOTION_FILE).stat().st_mode & 0o777 == 0o600


async def test_a_camera_that_is_away_for_a_while_keeps_its_changes(tmp_path: Path) -> None:
    async with new(tmp_path, "front", "yard") as gateway:
        gateway.motion_memory.change(gateway.camera("yard"), {"enabled": False})
    async with new(tmp_path, "front") as gateway:
        gateway.motion_memory.change(gateway.camera("front"), {"threshold": 0.2})
    async with new(tmp_path, "front", "yard") as gateway:
        assert gateway.camera("yard").motion_settings.enabled is False


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"front": 7}', '{"front": {"threshold": 9}}', '{"front": {"x": 1}}']
)
async def test_a_file_that_makes_no_sense_gives_way_to_the_configuration(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / MOTION_FILE).write_text(content)
    async with new(tmp_path) as gateway:
        assert gateway.camera("front").motion_settings.threshold == 0.1


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"threshold": 1.5}, "threshold"),
        ({"threshold": "0.1"}, "threshold"),
        ({"masks": [[[0.1, 0.1], [0.2, 0.2]]]}, "masks"),
        ({"masks": [[[0.1, 0.1], [1.2, 0.2], [0.5, 0.9]]]}, "masks"),
        ({"zones": [{"name": "", "points": TRIANGLE}]}, "zones"),
        ({"colour": "red"}, "expected one of enabled, masks, threshold, zones"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    tmp_path: Path, changes: dict[str, Any], complaint: str
) -> None:
    async with new(tmp_path) as gateway:
        camera = gateway.camera("front")
        before = camera.motion_settings
        with pytest.raises(BadMotionSettings, match=complaint):
            gateway.motion_memory.change(camera, changes)
        assert camera.motion_settings == before
    assert not (tmp_path / MOTION_FILE).exists()


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[ClientSession]:
    async with new(tmp_path) as gateway:
        app = build_app(HttpSettings(port=0), Authenticator(known_tokens()), motion_routes(gateway))
        async with (
            serving(app, HttpSettings(port=0), stop_timeout_s=1.0) as url,
            ClientSession(url) as session,
        ):
            yield session


def bearer(role: Role) -> dict[str, str]:
    return {"Authorization": f"Bearer {known_tokens().by_role[role]}"}


PATH = "/api/cameras/front/motion"


async def test_viewers_read_and_admins_change(client: ClientSession, tmp_path: Path) -> None:
    expected = {"enabled": True, "threshold": 0.1, "zones": [], "masks": []}
    async with client.get(PATH, headers=bearer(Role.VIEWER)) as response:
        assert await response.json() == expected
    change = {"threshold": 0.05, "zones": [{"name": "door", "points": TRIANGLE}]}
    async with client.patch(PATH, json=change, headers=bearer(Role.DRIVER)) as response:
        assert response.status == 403
    async with client.patch(PATH, json=change, headers=bearer(Role.ADMIN)) as response:
        assert response.status == 200
        assert await response.json() == expected | change
    assert json.loads((tmp_path / MOTION_FILE).read_text()) == {"front": change}


async def test_a_change_that_cannot_be_kept_is_in_force_and_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.write_text("a file where the folder should be")
    async with new(state) as gateway:
        failed = await gateway.motion_memory.change(gateway.camera("front"), {"threshold": 0.3})
        assert isinstance(failed, OSError)
        assert gateway.camera("front").motion_settings.threshold == 0.3


async def test_a_disk_that_hangs_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_module, "KEEP_TIMEOUT_S", 0.1)
    let_go = threading.Event()
    async with new(tmp_path) as gateway:
        memory, camera = gateway.motion_memory, gateway.camera("front")
        memory._disk.submit(lambda: let_go.wait(10))
        late = await memory.kept(memory.change(camera, {"threshold": 0.2}))
        assert late is not None
        assert late.errno == errno.ETIMEDOUT
        for _ in range(memory_module.MAX_WAITING):
            last = memory.change(camera, {"threshold": 0.3})
        refused = await memory.kept(last)
        assert refused is not None
        assert refused.errno == errno.EBUSY
        assert camera.motion_settings.threshold == 0.3, "it is in force all the same"
        let_go.set()
        # What was taken is kept in the end.
        monkeypatch.setattr(memory_module, "KEEP_TIMEOUT_S", 10.0)
    assert json.loads((tmp_path / MOTION_FILE).read_text())["front"]["threshold"] in (0.2, 0.3)


@pytest.mark.parametrize(
    ("path", "body", "status", "slug"),
    [
        (PATH, b"{", 400, "bad-request"),
        (PATH, b"[]", 400, "bad-request"),
        (PATH, b"\xff", 400, "bad-request"),
        (PATH, b'{"threshold": 7}', 400, "invalid-motion-settings"),
        ("/api/cameras/back/motion", b"{}", 404, "unknown-camera"),
    ],
)
async def test_a_change_that_cannot_be_is_told_why(
    client: ClientSession, path: str, body: bytes, status: int, slug: str
) -> None:
    async with client.patch(path, data=body, headers=bearer(Role.ADMIN)) as response:
        assert response.status == status
        problem = await response.json(content_type="application/problem+json")
        assert problem["type"] == f"urn:peerlens:problem:{slug}"
        assert problem["detail"]
