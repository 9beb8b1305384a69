import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.worker import NewestFirstWorker
from tests.support.polling import until


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


async def test_while_busy_only_the_newest_is_kept(executor: ThreadPoolExecutor) -> None:
    done: list[int] = []
    gate = threading.Event()

    def work(number: int) -> None:
        assert gate.wait(5)
        done.append(number)

    worker = NewestFirstWorker(executor, work)
    for number in range(10):
        worker.submit(number)
    gate.set()
    await until(lambda: len(done) == 2, "two jobs")
    assert done == [0, 9]
    assert worker.dropped == 8
    await worker.close()


async def test_a_failing_job_is_counted_and_the_next_runs(
    executor: ThreadPoolExecutor, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[int] = []

    def work(number: int) -> None:
        if number == 0:
            raise RuntimeError("bad frame")
        done.append(number)

    worker = NewestFirstWorker(executor, work)
    worker.submit(0)
    worker.submit(1)
    await until(lambda: done == [1], "the second job")
    assert worker.failures == 1
    assert "could not be processed" in caplog.text
    await worker.close()


async def test_close_waits_for_the_running_job_and_takes_no_more(
    executor: ThreadPoolExecutor,
) -> None:
    done: list[int] = []
    started, gate = threading.Event(), threading.Event()

    def work(number: int) -> None:
        started.set()
        assert gate.wait(5)
        done.append(number)

    worker = NewestFirstWorker(executor, work)
    worker.submit(0)
    worker.submit(1)
    assert await asyncio.to_thread(started.wait, 5)
    closing = asyncio.create_task(worker.close())
    await asyncio.sleep(0)
    assert not closing.done()
    gate.set()
    await asyncio.wait_for(closing, 5)
    worker.submit(2)
    assert done == [0]


async def test_tells_how_long_jobs_waited_for_the_pool() -> None:
    waits: list[float] = []
    started, gate = threading.Event(), threading.Event()

    def hold() -> None:
        started.set()
        assert gate.wait(5)

    with ThreadPoolExecutor(1) as pool:
        worker = NewestFirstWorker[int](pool, lambda _: None, waits.append)
        worker.submit(0)
        await until(lambda: waits, "a job that had the pool to itself")
        pool.submit(hold)
        assert await asyncio.to_thread(started.wait, 5)
        worker.submit(1)
        await asyncio.sleep(0.05)
        worker.submit(2)
        assert len(waits) == 1
        worker.submit(3)
        assert len(waits) == 2, "it still stands in the queue, and another was dropped for it"
        gate.set()
        await until(lambda: len(waits) == 4, "both jobs")
        await worker.close()
    assert waits[0] < waits[1] <= waits[2]
    assert waits[1] >= 0.05
