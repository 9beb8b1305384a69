import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.overload import (
    CALM_ASSESSMENTS,
    CALM_S,
    LAGGING_S,
    LATE_ASSESSMENTS,
    LATE_S,
    MOST_CALM_ASSESSMENTS,
    Level,
    Overload,
)


def assess(overload: Overload, wait_s: float, times: int = 1) -> list[Level]:
    """Assess so often with ten frames that waited ``wait_s`` each; gives the level each time."""
    levels = []
    for _ in range(times):
        before = overload.level
        for _ in range(10):
            overload.waited(wait_s)
        assert overload.assess() == (overload.level is not before)
        levels.append(overload.level)
    return levels


def at(level: Level) -> Overload:
    overload = Overload()
    while overload.level < level:
        assess(overload, 2 * LATE_S)
    return overload


def test_nothing_is_shed_while_frames_are_on_time() -> None:
    overload = Overload()
    assert set(assess(overload, 0.0, 50)) == {Level.NONE}
    assert overload.sentence(driven=False, motion=True) is None


def test_one_hiccup_sheds_nothing() -> None:
    overload = Overload()
    for _ in range(20):
        assess(overload, 10 * LATE_S, LATE_ASSESSMENTS - 1)
        assert assess(overload, 0.0) == [Level.NONE]


def test_lasting_overload_takes_one_level_after_the_other() -> None:
    levels = assess(Overload(), 2 * LATE_S, 20)
    assert sorted(set(levels)) == list(Level)
    assert levels == sorted(levels)


def test_between_calm_and_late_the_level_stays() -> None:
    overload = at(Level.HALF_RATE)
    assert set(assess(overload, (LATE_S + CALM_S) / 2, 500)) == {Level.HALF_RATE}


def test_everything_is_given_back_when_the_load_is_gone() -> None:
    overload = at(Level.DRIVEN_TOO)
    levels = assess(overload, 0.0, 10 * MOST_CALM_ASSESSMENTS)
    assert levels == sorted(levels, reverse=True)
    assert overload.level is Level.NONE


def test_no_frames_at_all_are_calm() -> None:
    overload = at(Level.HALF_RATE)
    for _ in range(10 * MOST_CALM_ASSESSMENTS):
        overload.assess()
    assert overload.level is Level.NONE


def test_a_lagging_event_loop_is_overload_too() -> None:
    overload = Overload()
    for _ in range(LATE_ASSESSMENTS):
        overload.assess(loop_lag_s=2 * LAGGING_S)
    assert overload.level is Level.FEWER_DETECTIONS


def test_what_was_given_back_too_early_is_given_back_later_next_time() -> None:
    overload = at(Level.HALF_RATE)
    patience = []
    for _ in range(6):
        calm = 0
        while overload.level is Level.HALF_RATE:
            assess(overload, 0.0)
            calm += 1
        patience.append(calm)
        while overload.level is Level.NO_DETECTIONS:
            assess(overload, 2 * LATE_S)
    assert patience[0] == CALM_ASSESSMENTS
    assert patience == sorted(patience)
    assert patience[-1] == MOST_CALM_ASSESSMENTS


def test_patience_is_short_again_after_a_lasting_calm() -> None:
    overload = at(Level.HALF_RATE)
    for _ in range(4):
        assess(overload, 0.0, MOST_CALM_ASSESSMENTS)
        assess(overload, 2 * LATE_S, LATE_ASSESSMENTS)
    assess(overload, 0.0, 10 * MOST_CALM_ASSESSMENTS)
    assess(overload, 2 * LATE_S, LATE_ASSESSMENTS)
    assert assess(overload, 0.0, CALM_ASSESSMENTS)[-1] is Level.NONE


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), max_size=200))
def test_any_load_moves_one_level_at_a_time(loads: list[tuple[float, float]]) -> None:
    overload = Overload()
    for wait_s, lag_s in loads:
        before = overload.level
        overload.waited(wait_s)
        changed = overload.assess(lag_s)
        assert changed == (overload.level is not before)
        assert abs(overload.level - before) <= 1


def test_detection_goes_before_frames_and_driven_cameras_last() -> None:
    for level in Level:
        overload = at(level)
        mine, driven = overload.allowance(driven=False), overload.allowance(driven=True)
        assert (mine.detect_every == 1) == (level is Level.NONE)
        assert (mine.frame_every > 1) == (level >= Level.HALF_RATE)
        assert mine.frame_every == 1 or mine.detect_every == 0
        if level is not Level.DRIVEN_TOO:
            assert driven == Overload().allowance(driven=True)
        assert driven.frame_every <= mine.frame_every
        assert driven.most_fps >= mine.most_fps


@pytest.mark.parametrize(
    ("level", "driven", "motion", "words"),
    [
        (Level.FEWER_DETECTIONS, False, True, "every third picture"),
        (Level.NO_DETECTIONS, False, True, "motion detection is paused"),
        (Level.NO_DETECTIONS, False, False, None),
        (Level.HALF_RATE, False, False, "every second picture"),
        (Level.THIRD_RATE, False, True, "two of three"),
        (Level.THIRD_RATE, True, True, None),
        (Level.DRIVEN_TOO, True, True, "every second picture"),
        (Level.DRIVEN_TOO, False, True, "two of three"),
    ],
)
def test_says_what_a_camera_lacks(
    level: Level, driven: bool, motion: bool, words: str | None
) -> None:
    sentence = at(level).sentence(driven, motion)
    if words is None:
        assert sentence is None
    else:
        assert sentence is not None
        assert words in sentence
        assert sentence.startswith("the gateway is overloaded: ")


def test_each_level_has_its_own_words() -> None:
    assert len({str(at(level)) for level in Level}) == len(Level)
