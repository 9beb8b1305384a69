"""All cameras of a configuration, without taking one away from who has it."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from yarl import URL

from gateway.settings import CameraSettings, SourceAuthSettings, UplinkSettings
from peerlens.doctor import camera
from peerlens.doctor.camera_reading import CameraReading, read_camera
from peerlens.doctor.finding import Finding, note, ok, problem, warning
from peerlens.doctor.running import RunningServer

MAX_AT_ONCE = 32
LIVE = "live"


async def look_at_cameras(
    cameras: Mapping[str, CameraSettings],
    server: RunningServer | None,
    viewer: str | None,
    signaling: UplinkSettings | None,
    tell: Callable[[list[Finding]], None],
) -> None:
    """Watch each camera for a moment, some at once, and ``tell`` of each as soon as it is known.

    A camera that the running gateway has open is watched through the gateway, with the token of a
    ``viewer``: most cameras serve one stream well, and viewers are looking at it. ``signaling`` is
    where those are that push their pictures, if it is up.
    """
    room = asyncio.Semaphore(MAX_AT_ONCE)

    async def look(camera_id: str, settings: CameraSettings) -> None:
        async with room:
            if pushes(settings):
                reading = await read_camera(settings, signaling) if signaling is not None else None
                tell(judge_push(camera_id, reading))
            elif server is not None and _holds(server, camera_id):
                through = await read_camera(_passed_on(server, camera_id, viewer))
                tell(camera.judge(camera_id, through, through_gateway=True))
            else:
                tell(camera.judge(camera_id, await read_camera(settings)))

    async with asyncio.TaskGroup() as tasks:
        for camera_id, settings in cameras.items():
            tasks.create_task(look(camera_id, settings))


def pushes(settings: CameraSettings) -> bool:
    """Whether the camera pushes its pictures to signaling."""
    return URL(settings.source).scheme == "push"


def _holds(server: RunningServer, camera_id: str) -> bool:
    return (server.cameras or {}).get(camera_id, {}).get("state") == LIVE


def _passed_on(server: RunningServer, camera_id: str, viewer: str | None) -> CameraSettings:
    """The camera as the running server gives it to viewers."""
    source = str(server.url / camera_id / "stream")
    return CameraSettings(source=source, auth=SourceAuthSettings(bearer=viewer))


def judge_push(camera_id: str, reading: CameraReading | None) -> list[Finding]:
    """Say how a camera does that pushes; ``reading`` is None where there is nobody to ask."""
    if reading is None:
        return [
            note(
                "camera.pushes",
                f"{camera_id} pushes its pictures, so only a running server can tell how it does",
                "nobody can connect to it from here",
                "start Peerlens, and run the doctor again",
                camera=camera_id,
            )
        ]
    if reading.error is None:
        return camera.judge(camera_id, reading)
    return [
        problem(
            "camera.not-pushing",
            f"{camera_id} gives no pictures: {reading.error}",
            "the gateway has nothing to show",
            "check that the device has the right server address and a device token, and that its"
            " id is the one after push:",
            camera=camera_id,
        )
    ]


def judge_listing(cameras: Mapping[str, Any]) -> list[Finding]:
    """Say what a signaling server knows of its gateways' cameras."""
    if not cameras:
        return [
            warning(
                "camera.none",
                "no gateway has registered a camera with the running server",
                "there is nothing to watch",
                "start `peerlens gateway` where the cameras are; run the doctor there, too",
            )
        ]
    findings = []
    for camera_id, info in cameras.items():
        state, detail = str(info.get("state")), info.get("detail")
        if state in (LIVE, "idle", "connecting"):
            findings.append(
                ok("camera.registered", f"{camera_id} is registered ({state})", camera=camera_id)
            )
        else:
            findings.append(
                warning(
                    "camera.away",
                    f"{camera_id} is {state}: {detail or 'its gateway is not connected'}",
                    "whoever opens it sees no picture",
                    "run the doctor on the machine of its gateway",
                    camera=camera_id,
                )
            )
    return findings
