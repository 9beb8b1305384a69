"""Asks a server that speaks OpenAI's chat completions. One deadline, and bounded answers."""

import asyncio
import datetime
import email.utils
import math
from collections.abc import Mapping

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout

from gateway.ai.errors import AiBusy, AiError, AiRefused, BadAnswer
from gateway.ai.question import Opinion, opinion, question
from gateway.ai.settings import AiSettings
from protocol.messages import EventInfo

MAX_ANSWER_BYTES = 65_536
MAX_RETRY_AFTER_S = 86_400.0


class ChatClient:
    """``async with client:`` holds its connections. The key goes nowhere but into one header."""

    def __init__(self, settings: AiSettings) -> None:
        self._settings = settings

    async def __aenter__(self) -> "ChatClient":
        key = self._settings.api_key
        self._session = ClientSession(
            timeout=ClientTimeout(total=self._settings.timeout_s),
            headers={"Authorization": f"Bearer {key}"} if key else None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def ask(self, event: EventInfo, jpeg: bytes) -> Opinion:
        """Return what the model says of the picture. Raises an :class:`AiError`."""
        body = await asyncio.to_thread(question, self._settings.model, event, jpeg)
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                answer = await self._post(body)
        except TimeoutError:
            raise AiError(f"no answer within {self._settings.timeout_s:g} s") from None
        except (ClientError, OSError) as error:
            raise AiError(f"it cannot be reached: {_reason(error)}") from error
        return opinion(answer)

    async def _post(self, body: bytes) -> bytes:
        # A redirect would take picture and key to somebody else.
        async with self._session.post(
            f"{self._settings.base_url}/chat/completions",
            data=body,
            headers={"Content-Type": "application/json"},
            allow_redirects=False,
        ) as response:
            if response.status == 429:
                raise AiBusy("too many questions (429)", retry_after_s(response.headers))
            if response.status in (400, 401, 403, 404) or 300 <= response.status < 400:
                raise AiRefused(f"it refuses: {response.status} {_printable(response.reason)}")
            if response.status != 200:
                raise AiError(f"it answers {response.status} {_printable(response.reason)}")
            return await _bounded(response)


async def _bounded(response: ClientResponse) -> bytes:
    received = bytearray()
    async for part in response.content.iter_any():
        received += part
        if len(received) > MAX_ANSWER_BYTES:
            raise BadAnswer(f"its answer is longer than {MAX_ANSWER_BYTES} bytes")
    return bytes(received)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Read Retry-After: seconds, or a date."""
    text = headers.get("Retry-After", "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            at = email.utils.parsedate_to_datetime(text)
        except ValueError:
            return None
        if at.tzinfo is None:
            at = at.replace(tzinfo=datetime.UTC)
        seconds = (at - datetime.datetime.now(datetime.UTC)).total_seconds()
    if not math.isfinite(seconds):
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER_S)


def _printable(text: str | None) -> str:
    return "".join(char for char in text or "" if char.isprintable())[:60]


def _reason(error: Exception) -> str:
    if isinstance(error, ClientConnectorError):
        return error.os_error.strerror or str(error.os_error)[:200]
    return str(error)[:200] or type(error).__name__
