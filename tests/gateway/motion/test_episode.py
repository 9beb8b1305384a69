"""Single frames become one event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.motion.episode import HOLD_S, LONGEST_S, Episode, Episodes
from gateway.units import MotionEvent, MotionRegion, MotionTrack

REGION = MotionRegion(0.1, 0.2, 0.3, 0.4)
LEVELS = ["NONE", "LOW", "MEDIUM", "HIGH"]


def moving(
    at_s: float, percent: float = 1.0, level: str = "LOW", zones: tuple[str, ...] = ()
) -> MotionEvent:
    track = MotionTrack(1, REGION, since_s=at_s - 0.2, zones=zones)
    return MotionEvent(at_s, level, percent, (REGION,), (track,))


def still(at_s: float) -> MotionEvent:
    return MotionEvent(at_s, "NONE", 0.0, ())


def vote(at_s: float, what: str, confidence: float) -> MotionEvent:
    return MotionEvent(at_s, "NONE", 0.0, (), what=what, confidence=confidence)


def begun(episodes: Episodes, event: MotionEvent) -> Episode:
    episode = episodes.take(event)
    assert episode is not None
    return episode


def test_an_episode_begins_when_what_moves_was_first_seen_and_ends_after_the_hold() -> None:
    episodes = Episodes()
    assert episodes.take(still(9.0)) is None
    assert not episodes.open
    first = begun(episodes, moving(10.0))
    assert (first.start_s, first.last_s, first.ended) == (9.8, 10.0, False)
    assert episodes.take(moving(10.5)) is None, "nothing new to tell"
    assert episodes.take(still(10.5 + HOLD_S - 0.1)) is None
    ended = episodes.take(still(10.5 + HOLD_S))
    assert ended is not None
    assert (ended.start_s, ended.last_s, ended.ended) == (9.8, 10.5, True)
    assert not episodes.open


def test_who_stops_for_a_moment_is_one_event() -> None:
    episodes = Episodes()
    begun(episodes, moving(10.0))
    episodes.take(still(10.1))
    assert episodes.take(moving(10.0 + HOLD_S - 0.2)) is None
    assert episodes.take(still(10.0 + HOLD_S + 0.5)) is None
    assert episodes.open


def test_it_ends_by_the_clock_when_pictures_stop() -> None:
    episodes = Episodes()
    begun(episodes, moving(10.0))
    assert episodes.tick(10.0 + HOLD_S - 0.01) is None
    ended = episodes.tick(10.0 + HOLD_S)
    assert ended is not None
    assert ended.ended
    assert episodes.tick(99.0) is None


def test_it_ends_at_once_when_the_camera_goes() -> None:
    episodes = Episodes()
    assert episodes.end() is None
    begun(episodes, moving(10.0))
    ended = episodes.end()
    assert ended is not None
    assert ended.ended


def test_the_peak_is_what_moved_most_and_is_told_of() -> None:
    episodes = Episodes()
    begun(episodes, moving(10.0, 1.0))
    assert episodes.take(moving(10.1, 1.05)) is None, "hardly more"
    higher = episodes.take(moving(10.2, 8.0, "HIGH"))
    assert higher is not None
    assert (higher.peak_s, higher.percent, higher.level) == (10.2, 8.0, "HIGH")
    assert episodes.take(moving(10.3, 2.0)) is None
    ended = episodes.end()
    assert ended is not None
    assert (ended.peak_s, ended.percent, ended.level) == (10.2, 8.0, "HIGH")


def test_zones_gather() -> None:
    episodes = Episodes()
    assert begun(episodes, moving(10.0, zones=("door",))).zones == ("door",)
    more = episodes.take(moving(10.1, zones=("path",)))
    assert more is not None
    assert more.zones == ("door", "path")


def test_nobody_moves_for_ever_in_one_event() -> None:
    episodes = Episodes()
    begun(episodes, moving(10.0))
    ended = None
    at_s = 10.0
    while ended is None and at_s < 10.0 + 2 * LONGEST_S:
        at_s += 0.5
        ended = episodes.take(moving(at_s))
    assert ended is not None
    assert ended.ended
    assert ended.last_s - ended.start_s <= LONGEST_S
    following = begun(episodes, moving(at_s + 0.1))
    assert following.start_s >= ended.last_s


def test_what_moved_is_voted_on() -> None:
    episodes = Episodes()
    assert begun(episodes, moving(10.0)).what == "unknown"
    named = episodes.take(vote(10.1, "object", 0.5))
    assert named is not None
    assert (named.what, named.confidence) == ("object", 0.5)
    changed = episodes.take(vote(10.2, "person", 0.9))
    assert changed is not None
    assert changed.what == "person"
    assert changed.confidence == pytest.approx(0.9 / 1.4, abs=0.01)
    assert episodes.take(vote(10.3, "person", 0.9)) is None, "only surer"


def test_votes_do_not_outlive_their_episode_or_prolong_it() -> None:
    episodes = Episodes()
    begun(episodes, moving(10.0))
    episodes.take(vote(10.5, "person", 0.9))
    assert episodes.tick(10.0 + HOLD_S) is not None
    assert episodes.take(vote(13.0, "person", 0.9)) is None
    assert begun(episodes, moving(20.0)).what == "unknown"


def test_motion_while_the_light_changes_is_light_until_something_is_seen() -> None:
    episodes = Episodes()
    lit = MotionEvent(10.0, "LOW", 1.0, (REGION,), light=True)
    assert begun(episodes, lit).what == "light"
    person = episodes.take(vote(10.1, "person", 0.6))
    assert person is not None
    assert person.what == "person"


@given(
    st.lists(
        st.tuples(
            st.floats(0.0, 3.0),
            st.sampled_from(LEVELS),
            st.floats(0.0, 100.0),
            st.sampled_from([None, "person", "object", "light", "unknown", "a goat"]),
        ),
        max_size=60,
    )
)
def test_every_episode_is_whole(steps: list[tuple[float, str, float, str | None]]) -> None:
    episodes, at_s, previous_end_s = Episodes(), 0.0, float("-inf")
    was_open = False
    for step, level, percent, what in steps:
        at_s += step
        event = MotionEvent(at_s, level, percent, (), what=what, confidence=0.5)
        episode = episodes.take(event)
        if episode is not None:
            assert episode.start_s <= episode.peak_s <= episode.last_s <= at_s
            assert episode.level != "NONE"
            assert episode.what in ("person", "object", "light", "unknown")
            assert episode.ended != episodes.open
            if not was_open:
                assert episode.start_s >= previous_end_s
            if episode.ended:
                assert was_open
                previous_end_s = episode.last_s
        was_open = episodes.open
