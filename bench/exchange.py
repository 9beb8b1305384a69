"""How the descriptions of a viewer and a server find each other, for each manner of target."""

import asyncio
from typing import Any

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription

from bench.target import Target

JANUS_MOUNTPOINT = 1


async def offer_to_receive(connection: RTCPeerConnection) -> None:
    """Make the offer and gather for it."""
    connection.addTransceiver("video", direction="recvonly")
    await connection.setLocalDescription(await connection.createOffer())


async def exchange(
    session: aiohttp.ClientSession, target: Target, connection: RTCPeerConnection
) -> None:
    """Give ``target`` what it needs to know of ``connection``, and the other way round.

    The viewer has made its offer, but for Janus. Raises aiohttp.ClientError; and ValueError for an
    answer that Janus should not give.
    """
    if target.manner == "janus":
        await _by_janus(session, target.endpoint, connection)
        return
    post = _by_example if target.manner == "example" else _by_whep
    answer = await post(session, target.endpoint, connection.localDescription.sdp)
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def _by_example(session: aiohttp.ClientSession, endpoint: str, offer: str) -> str:
    body = {"sdp": offer, "type": "offer"}
    async with session.post(endpoint, json=body, raise_for_status=True) as response:
        return str((await response.json())["sdp"])


async def _by_whep(session: aiohttp.ClientSession, endpoint: str, offer: str) -> str:
    headers = {"Content-Type": "application/sdp"}
    async with session.post(
        endpoint, data=offer, headers=headers, raise_for_status=True
    ) as response:
        return await response.text()


async def _by_janus(
    session: aiohttp.ClientSession, endpoint: str, connection: RTCPeerConnection
) -> None:
    """Janus' HTTP API: a session, a handle of the streaming plugin, watch, start."""
    created = await _tell_janus(session, endpoint, {"janus": "create"})
    own = f"{endpoint}/{created['data']['id']}"
    attached = await _tell_janus(
        session, own, {"janus": "attach", "plugin": "janus.plugin.streaming"}
    )
    handle = f"{own}/{attached['data']['id']}"
    watch = {"request": "watch", "id": JANUS_MOUNTPOINT}
    await _tell_janus(session, handle, {"janus": "message", "body": watch})
    offer = await _offer_of_janus(session, own)
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    answer = {"type": "answer", "sdp": connection.localDescription.sdp, "trickle": False}
    await _tell_janus(
        session, handle, {"janus": "message", "body": {"request": "start"}, "jsep": answer}
    )


async def _tell_janus(
    session: aiohttp.ClientSession, url: str, message: dict[str, Any]
) -> dict[str, Any]:
    message = {**message, "transaction": "bench"}
    async with session.post(url, json=message, raise_for_status=True) as response:
        answer: dict[str, Any] = await response.json()
    if answer.get("janus") not in ("success", "ack"):
        raise ValueError(f"Janus answered {answer}")
    return answer


async def _offer_of_janus(session: aiohttp.ClientSession, url: str) -> str:
    """Poll for events until the one with the offer."""
    async with asyncio.timeout(10.0):
        while True:
            async with session.get(url, raise_for_status=True) as response:
                event: dict[str, Any] = await response.json()
            if "jsep" in event:
                return str(event["jsep"]["sdp"])
            if "error" in event.get("plugindata", {}).get("data", {}):
                raise ValueError(f"Janus answered {event}")
