"""What waits for the broker is bounded by the number of topics."""

import asyncio

from gateway.home_assistant.message import Message
from gateway.home_assistant.outbox import Outbox


async def test_of_each_topic_the_newest_in_the_order_of_the_first() -> None:
    outbox = Outbox()
    for count in range(1_000):
        outbox.put(Message("motion", "ON" if count % 2 else "OFF"))
        outbox.put(Message("event", str(count)))
    assert len(outbox) == 2
    assert outbox.overtaken == 2 * 999
    assert await outbox.get() == Message("motion", "ON")
    assert await outbox.get() == Message("event", "999")


async def test_the_same_again_is_no_loss() -> None:
    outbox = Outbox()
    outbox.put(Message("motion", "ON"))
    outbox.put(Message("motion", "ON"))
    assert outbox.overtaken == 0


async def test_it_waits_for_what_comes() -> None:
    outbox = Outbox()
    getting = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put(Message("motion", "ON"))
    assert await asyncio.wait_for(getting, 5.0) == Message("motion", "ON")
