"""Janus' HTTP API, as far as a publisher or viewer needs it: a session with one handle."""

import asyncio
from typing import Any

import aiohttp

EVENT_TIMEOUT_S = 10.0


class JanusHandle:
    """Speaks with one plugin. Raises aiohttp.ClientError, ValueError for an answer that is none."""

    def __init__(self, http: aiohttp.ClientSession, session_url: str, url: str) -> None:
        self._http = http
        self._session_url = session_url
        self._url = url

    @classmethod
    async def attached(
        cls, http: aiohttp.ClientSession, endpoint: str, plugin: str
    ) -> "JanusHandle":
        """Open a session at ``endpoint``, with a handle of ``plugin``."""
        created = await _tell(http, endpoint, {"janus": "create"})
        session_url = f"{endpoint}/{created['data']['id']}"
        attached = await _tell(http, session_url, {"janus": "attach", "plugin": plugin})
        return cls(http, session_url, f"{session_url}/{attached['data']['id']}")

    async def ask(self, body: dict[str, Any], jsep: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send ``body`` to the plugin; return its answer, or the mere receipt."""
        message = {"janus": "message", "body": body, **({"jsep": jsep} if jsep else {})}
        return await _tell(self._http, self._url, message)

    async def description(self) -> str:
        """Wait for the event that carries an offer or an answer, and return that."""
        async with asyncio.timeout(EVENT_TIMEOUT_S):
            while True:
                async with self._http.get(self._session_url, raise_for_status=True) as response:
                    event: dict[str, Any] = await response.json()
                if "jsep" in event:
                    return str(event["jsep"]["sdp"])
                if "error" in event.get("plugindata", {}).get("data", {}):
                    raise ValueError(f"Janus answered {event}")

    async def destroy(self) -> None:
        """End the session and all that belongs to it."""
        await _tell(self._http, self._session_url, {"janus": "destroy"})


async def _tell(http: aiohttp.ClientSession, url: str, message: dict[str, Any]) -> dict[str, Any]:
    message = {**message, "transaction": "bench"}
    async with http.post(url, json=message, raise_for_status=True) as response:
        answer: dict[str, Any] = await response.json()
    if answer.get("janus") not in ("success", "ack"):
        raise ValueError(f"Janus answered {answer}")
    return answer
