import asyncio

import pytest

from edge.newest_slot import Closed, NewestSlot


async def test_newest_wins() -> None:
    slot: NewestSlot[int] = NewestSlot()
    for number in range(5):
        slot.put(number)
    assert await slot.get() == 4
    assert slot.dropped == 4


async def test_newest_slot_wakes_its_consumer_and_ends() -> None:
    slot: NewestSlot[int] = NewestSlot()
    waiting = asyncio.create_task(slot.get())
    await asyncio.sleep(0)
    slot.put(7)
    assert await asyncio.wait_for(waiting, 1) == 7
    slot.close()
    with pytest.raises(Closed):
        await asyncio.wait_for(slot.get(), 1)


async def test_closing_ends_a_waiting_consumer() -> None:
    slot: NewestSlot[int] = NewestSlot()
    waiting = asyncio.create_task(slot.get())
    await asyncio.sleep(0)
    slot.close()
    with pytest.raises(Closed):
        await asyncio.wait_for(waiting, 1)
