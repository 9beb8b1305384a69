"""All cameras of a configuration, without taking one away from who has it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from yarl import URL

from gateway.settings import CameraSettings, SourceAuthSettings
from peerlens.doctor import camera
from peerlens.doctor.camera_reading import read_camera
from peerlens.doctor.finding import Finding, note, ok, problem, warning
from peerlens.doctor.running import RunningServer

MAX_AT_ONCE = 16
LIVE = "live"
PUSH = "push"


async def look_at_cameras(
    cameras: Mapping[str, CameraSettings], server: RunningServer | None, token: str | None
) -> list[Finding]:
    """Watch each camera for a moment, some at once.

    A camera that the running gateway has open is watched through the gateway: most cameras serve
    one stream well, and viewers are looking at it.
    """
    room = asyncio.Semaphore(MAX_AT_ONCE)

    async def look(camera_id: str, settings: CameraSettings) -> list[Finding]:
        async with room:
            return await _look_at(camera_id, settings, server, token)

    found = await asyncio.gather(*(look(each, settings) for each, settings in cameras.items()))
    return [finding for findings in found for finding in findings]


async def _look_at(
    camera_id: str, settings: CameraSettings, server: RunningServer | None, token: str | None
) -> list[Finding]:
    told = (server.cameras or {}).get(camera_id) if server is not None else None
    if URL(settings.source).scheme == PUSH:
        return [judge_push(camera_id, told)]
    if server is not None and told is not None and told.get("state") == LIVE:
        passed_on = CameraSettings(
            source=str(server.url / camera_id / "stream"), auth=SourceAuthSettings(bearer=token)
        )
        return camera.judge(camera_id, await read_camera(passed_on), through_gateway=True)
    return camera.judge(camera_id, await read_camera(settings))


def judge_push(camera_id: str, told: Mapping[str, Any] | None) -> Finding:
    """Say how a camera does that pushes its pictures: only a running server can know."""
    if told is None:
        return note(
            "camera.pushes",
            f"{camera_id} pushes its pictures, so only a running server can tell how it does",
            "nobody can connect to it from here",
            "start Peerlens, and run the doctor again",
            camera=camera_id,
        )
    state, detail = str(told.get("state")), told.get("detail")
    if state == LIVE:
        return ok("camera.pictures", f"{camera_id} pushes its pictures", camera=camera_id)
    if state == "idle":
        return note(
            "camera.pushes",
            f"{camera_id} pushes its pictures, and nobody watches it just now",
            "whether it is there shows when somebody does",
            f"open its page, /camera/{camera_id}, and run the doctor again",
            camera=camera_id,
        )
    return problem(
        "camera.not-pushing",
        f"{camera_id} should push its pictures but does not: {detail or state}",
        "the gateway has nothing to show",
        "check that the device has the right server address and the device token, and that its id"
        " is the one after push:",
        camera=camera_id,
    )


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
