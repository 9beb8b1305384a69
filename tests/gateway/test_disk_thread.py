"""The thread for work that a disk may hold up."""

import asyncio
import threading

import pytest

from gateway.disk_thread import DiskBusy, DiskThread


class Hang:
    """Work that hangs until it is let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.let_go = threading.Event()

    def __call__(self) -> str:
        self.began.set()
        assert self.let_go.wait(10)
        return "done at last"


async def test_work_is_done_in_order_and_all_of_it_before_the_end() -> None:
    disk, done = DiskThread("test", 101), list[int]()
    for number in range(100):
        disk.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert await disk.run(lambda: "after", 10) == "after"
    assert disk.finish(10)
    assert done == list(range(100))


async def test_what_work_raises_reaches_who_waits_and_the_next_one_is_done() -> None:
    disk = DiskThread("test", 4)

    def fails() -> None:
        raise TimeoutError("of the work's own")

    with pytest.raises(TimeoutError, match="of the work's own"):
        await disk.run(fails, 10)
    assert await disk.run(lambda: 7, 10) == 7
    assert disk.finish(10)


async def test_nobody_waits_longer_than_asked_for_and_what_nobody_waits_for_is_left_out() -> None:
    disk, hang, done = DiskThread("test", 4), Hang(), list[int]()
    hanging = disk.submit(hang)
    assert await asyncio.to_thread(hang.began.wait, 10)
    with pytest.raises(DiskBusy, match=r"did not answer in 0\.05 s"):
        await disk.run(lambda: done.append(1), 0.05)
    hang.let_go.set()
    assert await hanging == "done at last"
    assert disk.finish(10)
    assert done == []


async def test_more_than_there_is_room_for_is_refused_at_once() -> None:
    disk, hang = DiskThread("test", 4), Hang()
    disk.submit(hang)
    assert await asyncio.to_thread(hang.began.wait, 10)
    for _ in range(4):
        disk.submit(lambda: None)
    with pytest.raises(DiskBusy, match="too much waits"):
        disk.submit(lambda: None)
    assert not disk.finish(0.05), "there is no room to say so"
    hang.let_go.set()
    assert disk.finish(10)
