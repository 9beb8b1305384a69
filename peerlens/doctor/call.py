"""A call, as a browser makes it: offer, answer, and the first picture."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientError, ClientSession, ClientTimeout
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from yarl import URL

from edge.problems import Problem
from edge.roles import Role
from edge.whep_http import SDP_TYPE
from gateway.aiortc_private import nominated_path
from gateway.gateway import Gateway
from gateway.settings import CameraSettings, WebrtcSettings
from peerlens.doctor.finding import Finding, ok, problem
from peerlens.doctor.http_client import words

ANSWER_TIMEOUT_S = 5.0
PICTURE_TIMEOUT_S = 6.0
CLOSE_TIMEOUT_S = 1.5
TEST_CAMERA_ID, TEST_CAMERA = "test-picture", CameraSettings(source="synthetic:")

Exchange = Callable[[str], Awaitable[str]]
"""Takes an SDP offer and returns the answer. Raises :class:`CallRefused`."""


class CallRefused(Exception):
    """There is no answer; the text says why."""


@dataclass(frozen=True, slots=True)
class CallReading:
    """``stage`` is what failed: ``answer``, ``connection`` or ``picture``; None when it went well.

    ``path`` is the kinds of the two ends' candidates (``host/host``), where they connected.
    """

    camera: str
    answered_ms: float | None = None
    picture_ms: float | None = None
    path: str | None = None
    stage: str | None = None
    detail: str = ""


async def read_call(camera: str, exchange: Exchange) -> CallReading:
    """Call ``camera`` and wait for its first picture; never raises for what is found."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with _viewer() as (connection, first):
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                await connection.setLocalDescription(await connection.createOffer())
                answer = await exchange(connection.localDescription.sdp)
                await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        except TimeoutError:
            return CallReading(camera, stage="answer", detail="no answer in time")
        except (CallRefused, ValueError) as error:
            return CallReading(camera, stage="answer", detail=str(error))
        answered_ms = (loop.time() - began_s) * 1_000
        done, _ = await asyncio.wait({first}, timeout=PICTURE_TIMEOUT_S)
        path = nominated_path(connection)
        if done and first.exception() is None:
            took_ms = (loop.time() - began_s) * 1_000
            return CallReading(camera, answered_ms, took_ms, path)
        stage = "picture" if connection.connectionState == "connected" else "connection"
        detail = f"the connection is {connection.connectionState}"
        return CallReading(camera, answered_ms, path=path, stage=stage, detail=detail)


@contextlib.asynccontextmanager
async def _viewer() -> AsyncIterator[tuple[RTCPeerConnection, "asyncio.Future[None]"]]:
    """A connection that wants one video, and what is done once a picture of it has come."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video", direction="recvonly")
    tracks: asyncio.Queue[MediaStreamTrack] = asyncio.Queue(1)
    connection.on("track", tracks.put_nowait)

    async def first_picture() -> None:
        track = await tracks.get()
        with contextlib.suppress(MediaStreamError):
            await track.recv()
            return
        raise CallRefused("the video ended")

    first = asyncio.ensure_future(first_picture())
    try:
        yield connection, first
    finally:
        first.cancel()
        # aiortc may take a minute to close; nobody waits for that here.
        closing = asyncio.ensure_future(connection.close())
        await asyncio.wait({first, closing}, timeout=CLOSE_TIMEOUT_S)


async def call_server(
    session: ClientSession, url: URL, camera: str, token: str | None
) -> CallReading:
    """Call a running server over WHEP, on the direct path, and hang up."""
    resources: list[str] = []

    async def exchange(offer: str) -> str:
        endpoint = (url / camera / "whep").with_query(relay="false")
        try:
            async with session.post(
                endpoint, data=offer, headers=_headers(token), timeout=_TIMEOUT
            ) as response:
                if response.status != 201:
                    raise CallRefused(
                        f"the server answered {response.status}{await _why(response)}"
                    )
                resources.append(response.headers.get("Location", ""))
                return await response.text()
        except (ClientError, OSError) as error:
            raise CallRefused(words(error)) from error

    try:
        return await read_call(camera, exchange)
    finally:
        for path in filter(None, resources):
            with contextlib.suppress(ClientError, OSError, TimeoutError, ValueError):
                await session.delete(url.join(URL(path)), headers=_headers(token), timeout=_TIMEOUT)


_TIMEOUT = ClientTimeout(total=ANSWER_TIMEOUT_S)


def _headers(token: str | None) -> dict[str, str]:
    authorization = {} if token is None else {"Authorization": f"Bearer {token}"}
    return {"Content-Type": SDP_TYPE, **authorization}


async def _why(response: object) -> str:
    with contextlib.suppress(Exception):
        body = await response.json(content_type=None)  # type: ignore[attr-defined]
        return f": {body['detail']}"
    return ""


async def call_own(camera: str, settings: CameraSettings) -> CallReading:
    """Call a gateway that is made for this, publishes nothing, and is gone afterwards."""
    private = settings.model_copy(update={"outputs": ()})
    async with Gateway({camera: private}, WebrtcSettings()) as gateway:
        return await read_call(camera, functools.partial(_exchange_with, gateway, camera))


async def _exchange_with(gateway: Gateway, camera: str, offer: str) -> str:
    try:
        answered = await gateway.offer(camera, offer, Role.VIEWER, "doctor", False)
    except Problem as refused:
        raise CallRefused(refused.detail) from refused
    return answered.sdp


def judge(reading: CallReading, whom: str) -> list[Finding]:
    """Say how the call went; ``whom`` is who was called, in words."""
    if reading.picture_ms is not None:
        what = (
            f"a call to {whom} shows the first picture of {reading.camera} after"
            f" {reading.picture_ms:.0f} ms, over {reading.path or 'an unknown path'}"
        )
        return [
            ok(
                "call.connected",
                what,
                camera=reading.camera,
                answered_ms=round(reading.answered_ms or 0.0),
                picture_ms=round(reading.picture_ms),
                path=reading.path,
            )
        ]
    name, why, do = {
        "answer": (
            "call.refused",
            "no browser gets an answer either",
            "look at the other findings, and into the server's log",
        ),
        "connection": (
            "call.not-connected",
            "even from this machine no UDP packet gets through, so a local firewall drops them",
            "let UDP between addresses of this machine through: its ports are chosen by the system",
        ),
        "picture": (
            "call.no-picture",
            "they are connected, but nothing is shown",
            "look at what is said about the camera; the server's log says why nothing is encoded",
        ),
    }[reading.stage or "answer"]
    what = f"a call to {whom} for {reading.camera} fails: {reading.detail}"
    return [problem(name, what, why, do, camera=reading.camera, stage=reading.stage)]
