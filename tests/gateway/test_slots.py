import asyncio

import pytest

from gateway.slots import VIEWER_BACKLOG_UNITS, AccessUnitSlot, Closed, NewestSlot
from gateway.units import AccessUnit, Codec


def unit(number: int, keyframe: bool = False) -> AccessUnit:
    return AccessUnit(Codec.H264, (b"x",), keyframe, number * 3_000, number / 30, 640, 480)


class Requests:
    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


async def taken(slot: AccessUnitSlot, count: int) -> list[int]:
    return [(await asyncio.wait_for(slot.get(), 1)).rtp_time // 3_000 for _ in range(count)]


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


async def test_a_viewer_starts_with_a_keyframe() -> None:
    requests = Requests()
    slot = AccessUnitSlot(requests)
    slot.put(unit(1))
    assert requests.count == 1
    slot.put(unit(2, keyframe=True))
    slot.put(unit(3))
    assert await taken(slot, 2) == [2, 3]
    assert slot.dropped == 1


async def test_a_slow_viewer_drops_to_the_next_keyframe() -> None:
    requests = Requests()
    slot = AccessUnitSlot(requests)
    slot.put(unit(0, keyframe=True))
    for number in range(1, VIEWER_BACKLOG_UNITS):
        slot.put(unit(number))
    slot.put(unit(50))
    assert slot.dropped == VIEWER_BACKLOG_UNITS + 1
    slot.put(unit(51))
    assert requests.count == 1
    slot.put(unit(52, keyframe=True))
    assert await taken(slot, 1) == [52]


async def test_a_keyframe_replaces_what_waits() -> None:
    slot = AccessUnitSlot(Requests())
    slot.put(unit(0, keyframe=True))
    slot.put(unit(1))
    slot.put(unit(2, keyframe=True))
    assert await taken(slot, 1) == [2]
    assert slot.dropped == 2


async def test_a_full_socket_counts_as_slow() -> None:
    full = [False]
    slot = AccessUnitSlot(Requests(), lambda: full[0])
    slot.put(unit(0, keyframe=True))
    full[0] = True
    slot.put(unit(1))
    full[0] = False
    slot.put(unit(2))
    slot.put(unit(3, keyframe=True))
    assert await taken(slot, 1) == [3]


async def test_no_keyframe_is_asked_for_while_it_could_not_leave() -> None:
    requests, full = Requests(), [True]
    slot = AccessUnitSlot(requests, lambda: full[0])
    for number in range(10):
        slot.put(unit(number))
    assert requests.count == 0
    full[0] = False
    slot.put(unit(11))
    assert requests.count == 1


async def test_closing_ends_a_waiting_sender() -> None:
    slot = AccessUnitSlot(Requests())
    waiting = asyncio.create_task(slot.get())
    await asyncio.sleep(0)
    slot.close()
    with pytest.raises(Closed):
        await asyncio.wait_for(waiting, 1)
