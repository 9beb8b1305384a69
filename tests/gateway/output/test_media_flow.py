"""Whether reports say that media arrive, in made-up time."""

from gateway.output.media_flow import SILENCE_S, MediaFlow
from tests.support.clock import Clock


class World:
    """An output that sends 50 packets a second, looked after once a second."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.flow = MediaFlow(self.clock())
        self.sent = 0
        self.highest: int | None = None

    def seconds(self, count: int, *, sending: bool = True, reporting: bool = True) -> bool:
        """Let time pass; whether it was ever found stalled."""
        stalled = False
        for _ in range(count):
            self.clock.advance(1)
            self.sent += 50 if sending else 0
            if reporting:
                self.highest = 7_000 + self.sent
            stalled |= self.flow.stalled(self.sent, self.highest, self.clock())
        return stalled


def test_media_that_arrive_are_fine() -> None:
    assert not World().seconds(1_000)


def test_media_that_do_not_arrive_any_more_are_noticed_in_time() -> None:
    world = World()
    world.seconds(10)
    assert not world.seconds(int(SILENCE_S) - 1, reporting=False)
    assert world.seconds(2, reporting=False)


def test_reports_that_repeat_themselves_count_as_none() -> None:
    world = World()
    world.seconds(10)
    before = world.highest
    for _ in range(int(SILENCE_S) + 1):
        world.highest = before
        stalled = world.seconds(1, reporting=False)
    assert stalled


def test_one_late_report_is_enough() -> None:
    world = World()
    world.seconds(5)
    for _ in range(20):
        assert not world.seconds(int(SILENCE_S) - 1, reporting=False)
        assert not world.seconds(1)


def test_a_camera_without_pictures_needs_no_reports() -> None:
    world = World()
    world.seconds(10)
    assert not world.seconds(1_000, sending=False, reporting=False)
    assert not world.seconds(int(SILENCE_S) - 1, reporting=False)
    assert world.seconds(2, reporting=False)


def test_a_server_that_never_reports_is_left_to_ice() -> None:
    assert not World().seconds(1_000, reporting=False)
