"""What waits for the broker: of each topic the newest only, so it cannot grow without end."""

import asyncio

from gateway.home_assistant.message import Message


class Outbox:
    """First come, first sent; what is put again keeps its place. On the event loop only."""

    def __init__(self) -> None:
        self.overtaken = 0
        """Messages that a newer one of the same topic replaced before they were sent."""
        self._waiting: dict[str, Message] = {}
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Replace what waits under the same topic."""
        older = self._waiting.get(message.topic)
        if older is not None and older != message:
            self.overtaken += 1
        self._waiting[message.topic] = message
        self._filled.set()

    async def get(self) -> Message:
        """Wait for the next. The caller sets the deadline, if any."""
        while not self._waiting:
            self._filled.clear()
            await self._filled.wait()
        return self._waiting.pop(next(iter(self._waiting)))
