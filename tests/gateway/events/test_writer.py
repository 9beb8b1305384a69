"""The writer's thread and its queue."""

import threading

import pytest

from gateway.events.writer import CLIP_SHARE, MAX_BYTES, MAX_JOBS, Writer


def new() -> Writer:
    writer = Writer(lambda: None, 60.0)
    writer.start()
    return writer


def test_does_jobs_in_order_and_all_of_them_before_it_ends() -> None:
    writer, done = new(), list[int]()
    for number in range(100):
        assert writer.submit(lambda number=number: done.append(number))  # type: ignore[misc]
    assert writer.finish(10)
    assert done == list(range(100))
    assert not writer.submit(lambda: None), "it has ended"


def test_a_slow_disk_costs_clips_first_and_nobody_waits() -> None:
    gate, began = threading.Event(), threading.Event()
    writer = new()

    def hang() -> None:
        began.set()
        gate.wait(10)

    writer.submit(hang)
    assert began.wait(10)
    taken = sum(writer.submit(lambda: None, clip=True) for _ in range(MAX_JOBS))
    assert taken == round(MAX_JOBS * CLIP_SHARE)
    assert writer.dropped == MAX_JOBS - taken
    assert writer.submit(lambda: None), "what happened still gets in"
    gate.set()
    assert writer.finish(10)


@pytest.mark.parametrize("clip", [True, False])
def test_it_is_bounded_by_bytes(clip: bool) -> None:
    gate = threading.Event()
    writer = new()

    def hang() -> None:
        gate.wait(10)

    writer.submit(hang)
    size = MAX_BYTES // 8
    taken = sum(writer.submit(lambda: None, size, clip=clip) for _ in range(10))
    assert taken == (6 if clip else 8)
    gate.set()
    assert writer.finish(10)


def test_a_job_that_fails_ends_nothing() -> None:
    writer, done = new(), list[int]()

    def fail() -> None:
        raise RuntimeError("a defect")

    writer.submit(fail)
    writer.submit(lambda: done.append(1))
    assert writer.finish(10)
    assert done == [1]
    assert writer.failures == 1
