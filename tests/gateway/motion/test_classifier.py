"""Looks are few, the newest, in turn; what fails or hangs is nobody's trouble."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.motion.classifier import Classifier
from gateway.motion.classify import Sighting, Verdict
from gateway.units import MotionRegion, MotionTrack
from tests.support.polling import until

PERSON = Verdict("person", 0.9)


def sighting(number: int = 1) -> Sighting:
    return Sighting(None, MotionTrack(number, MotionRegion(0.4, 0.2, 0.1, 0.5), 0.0))


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as running:
        yield running


async def test_the_real_classifier_answers(executor: ThreadPoolExecutor) -> None:
    classifier, told = Classifier(executor), list[Verdict]()
    classifier.ask("front", sighting(), told.append)
    await until(lambda: told, "the verdict")
    assert told[0].what == "person"
    classifier.close()


async def test_the_newest_look_of_each_camera_waits_and_cameras_take_turns(
    executor: ThreadPoolExecutor,
) -> None:
    go_on = threading.Event()
    looked = list[int]()

    def work(question: Sighting) -> Verdict:
        go_on.wait(10.0)
        looked.append(question.track.number)
        return PERSON

    classifier, told = Classifier(executor, work, per_second=1_000.0), list[Verdict]()
    classifier.ask("front", sighting(0), told.append)
    for number in range(1, 50):
        classifier.ask("front", sighting(number), told.append)
        classifier.ask("back", sighting(100 + number), told.append)
    assert classifier.dropped == 2 * 48
    go_on.set()
    await until(lambda: len(told) == 3, "three verdicts")
    assert looked == [0, 49, 149]
    classifier.close()


async def test_looks_are_rare(executor: ThreadPoolExecutor) -> None:
    at_s = list[float]()
    loop = asyncio.get_running_loop()
    classifier = Classifier(executor, lambda _: PERSON, per_second=10.0)

    def again(_: Verdict) -> None:
        at_s.append(loop.time())
        if len(at_s) < 5:
            classifier.ask("front", sighting(), again)

    classifier.ask("front", sighting(), again)
    await until(lambda: len(at_s) == 5, "five verdicts")
    assert at_s[-1] - at_s[0] >= 0.38
    classifier.close()


async def test_a_look_that_fails_is_counted_and_the_next_is_taken(
    executor: ThreadPoolExecutor,
) -> None:
    def work(question: Sighting) -> Verdict:
        if question.track.number == 1:
            raise RuntimeError("broken")
        return PERSON

    classifier, told = Classifier(executor, work, per_second=1_000.0), list[Verdict]()
    classifier.ask("front", sighting(1), told.append)
    await until(lambda: classifier.failures == 1, "the failure")
    classifier.ask("front", sighting(2), told.append)
    await until(lambda: told, "the verdict")
    assert classifier.looks == 2
    classifier.close()


async def test_a_look_that_hangs_holds_up_nothing_but_looks(executor: ThreadPoolExecutor) -> None:
    go_on = threading.Event()

    def work(_: Sighting) -> Verdict:
        go_on.wait(10.0)
        return PERSON

    classifier, told = Classifier(executor, work), list[Verdict]()
    for number in range(1_000):
        classifier.ask("front", sighting(number), told.append)
    assert classifier.dropped == 998
    classifier.close()
    classifier.ask("front", sighting(), told.append)
    go_on.set()
    await until(lambda: classifier.looks == 1, "the end of it")
    assert told == [], "nobody is told after the end"
