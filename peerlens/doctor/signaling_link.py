"""Introducing oneself to a signaling server, and what comes of it."""

import asyncio
from dataclasses import dataclass, field
from typing import TypedDict

import aiohttp
from aiohttp import ClientSession, WSMsgType
from yarl import URL

from peerlens.doctor.certificate import CertificateReading, read_certificate
from peerlens.doctor.http_client import HttpReading, certificate_words, get, words
from protocol.codec import MAX_MESSAGE_BYTES, decode, encode
from protocol.errors import PROBLEM_PREFIX, ProtocolError
from protocol.messages import (
    Cameras,
    Error,
    Hello,
    IceServer,
    Registered,
    RegisterGateway,
    SignalingToBrowser,
    SignalingToGateway,
    Welcome,
)

LINK_TIMEOUT_S = 4.0
CLOSE_TIMEOUT_S = 1.0


@dataclass(frozen=True)
class LinkReading:
    """``health`` is the answer to /healthz beside the WebSocket.

    One of these is set: ``took_ms`` (it let us in), ``refused`` (problem slug and detail),
    ``status`` (an HTTP answer instead of a WebSocket), ``unreachable`` (in words).
    """

    url: URL
    health: HttpReading
    certificate: CertificateReading
    took_ms: float | None = None
    refused: tuple[str, str] | None = None
    status: int | None = None
    unreachable: str | None = None
    ice_servers: tuple[IceServer, ...] = field(default=(), repr=False)


async def read_link(
    session: ClientSession,
    url: URL,
    introduction: Hello | RegisterGateway,
    origin: str | None,
    now_s: float,
) -> LinkReading:
    """Introduce oneself at ``url`` (ws or wss) and leave again; never raises for what is found.

    ``origin`` is that of the page, when a browser's is meant.
    """
    secure = url.scheme == "wss"
    http = url.with_scheme("https" if secure else "http")
    health, certificate, link = await asyncio.gather(
        get(session, http.with_path("/healthz").with_query(None)),
        read_certificate(http.host or "", http.port or 443, now_s) if secure else _no_certificate(),
        _introduced(session, url, introduction, origin),
    )
    return LinkReading(url, health, certificate, **link)


async def _no_certificate() -> CertificateReading:
    return CertificateReading()


class _Outcome(TypedDict, total=False):
    took_ms: float
    refused: tuple[str, str]
    status: int
    unreachable: str
    ice_servers: tuple[IceServer, ...]


async def _introduced(
    session: ClientSession,
    url: URL,
    introduction: Hello | RegisterGateway,
    origin: str | None,
) -> _Outcome:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    try:
        async with asyncio.timeout(LINK_TIMEOUT_S):
            socket = await session.ws_connect(
                url,
                origin=origin,
                max_msg_size=MAX_MESSAGE_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_TIMEOUT_S),
            )
            async with socket:
                await socket.send_str(encode(introduction))
                answer = await _answer(socket, introduction)
    except aiohttp.WSServerHandshakeError as error:
        return {"status": error.status}
    except aiohttp.ClientConnectorCertificateError as error:
        return {"unreachable": certificate_words(error.certificate_error)}
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return {"unreachable": words(error)}
    if isinstance(answer, Error):
        return {"refused": (answer.problem.removeprefix(PROBLEM_PREFIX), answer.detail)}
    if isinstance(answer, str):
        return {"unreachable": answer}
    return {"took_ms": (loop.time() - began_s) * 1_000, "ice_servers": answer.ice_servers or ()}


async def _answer(
    socket: aiohttp.ClientWebSocketResponse, introduction: Hello | RegisterGateway
) -> Welcome | Registered | Error | str:
    """Return the first answer that means something, or in words why there is none."""
    direction: object = (
        SignalingToBrowser if isinstance(introduction, Hello) else SignalingToGateway
    )
    while True:
        frame = await socket.receive()
        if frame.type is not WSMsgType.TEXT:
            return f"it closed the link with {socket.close_code}"
        try:
            message: object = decode(frame.data, direction)
        except ProtocolError as error:
            return f"it does not speak Peerlens: {error}"
        if isinstance(message, Welcome | Registered | Error):
            return message
        if not isinstance(message, Cameras):
            return f"it answered with {type(message).__name__}"
