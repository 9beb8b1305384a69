"""How the descriptions of a viewer and a server find each other, for each manner of target."""

import aiohttp
from aiortc import RTCPeerConnection, RTCSessionDescription

from bench.janus_api import JanusHandle
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
    """The streaming plugin: watch, and start with an answer to its offer."""
    handle = await JanusHandle.attached(session, endpoint, "janus.plugin.streaming")
    await handle.ask({"request": "watch", "id": JANUS_MOUNTPOINT})
    offer = await handle.description()
    await connection.setRemoteDescription(RTCSessionDescription(offer, "offer"))
    await connection.setLocalDescription(await connection.createAnswer())
    answer = {"type": "answer", "sdp": connection.localDescription.sdp, "trickle": False}
    await handle.ask({"request": "start"}, answer)
