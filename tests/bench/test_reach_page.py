"""What is read off the times that a page wrote down."""

from dataclasses import replace

from bench.reach_page import Seen

SEEN = Seen(
    now_ms=5_000.0,
    asked_ms=300.0,
    pictures_ms=(600.0, 640.0, 2_640.0, 2_680.0, 2_720.0, 2_760.0, 2_800.0),
    paths=((200.0, ""), (610.0, "direct"), (1_900.0, ""), (2_650.0, "relay")),
    links=((250.0, "connecting"), (280.0, "connected")),
)


def test_the_path_is_the_last_one_and_the_first_is_kept() -> None:
    assert (SEEN.path, SEEN.first_path, SEEN.link) == ("relay", "direct", "connected")
    nothing = replace(SEEN, paths=((200.0, ""),), links=())
    assert (nothing.path, nothing.first_path, nothing.link) == ("", "", "")


def test_when_it_came_to_a_path() -> None:
    assert SEEN.on_path_ms("direct") == 610.0
    assert SEEN.on_path_ms("direct", 700.0) is None
    assert SEEN.on_path_ms("relay", 700.0) == 2_650.0


def test_the_longest_gap_may_have_begun_before() -> None:
    early = replace(SEEN, now_ms=2_900.0)
    assert early.longest_gap_ms(1_000.0) == 2_000.0
    assert early.longest_gap_ms(0.0) == 2_000.0
    assert early.longest_gap_ms(2_640.0) == 100.0


def test_the_time_since_the_last_picture_is_a_gap_too() -> None:
    assert SEEN.longest_gap_ms(2_700.0) == 2_200.0
    assert replace(SEEN, pictures_ms=()).longest_gap_ms(1_000.0) == 4_000.0


def test_pictures_come_only_when_several_came_just_now() -> None:
    assert not SEEN.comes
    assert replace(SEEN, now_ms=2_900.0).comes
    assert not replace(SEEN, now_ms=2_900.0, pictures_ms=SEEN.pictures_ms[:4]).comes
