"""What moves is followed, what sways and drops is not believed."""

import math

import numpy as np

from gateway.motion.pieces import Piece
from gateway.motion.tracks import MAX_TRACKS, Track, Tracks

WIDTH, HEIGHT, FPS = 160, 120, 15
LONG_ENOUGH_S = 0.2


def piece(x: float, y: float, width: int = 12, height: int = 30) -> Piece:
    """One whose middle is at x, y."""
    left, top = round(x - width / 2), round(y - height / 2)
    box = (left, top, left + width, top + height)
    return Piece(box, width * height, (x, y), inside=width * height)


def follow(tracks: Tracks, found: list[Piece], number: int) -> list[Track]:
    return tracks.follow(found, number / FPS, LONG_ENOUGH_S)


def test_who_walks_is_believed_after_the_duration_and_keeps_the_number() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    seen = [follow(tracks, [piece(40 + 1.5 * n, 60)], n) for n in range(30)]
    assert [len(found) for found in seen] == [0] * 3 + [1] * 27
    assert {track.number for found in seen for track in found} == {1}
    assert seen[-1][0].since_s == 0.0
    assert seen[-1][0].travelled(WIDTH) == 1.5 * 29 / WIDTH


def test_without_a_duration_everything_is_believed_at_once() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    assert len(tracks.follow([piece(40, 60)], 0.0, 0.0)) == 1


def test_what_sways_is_not_believed() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    for n in range(150):
        # Two pixels of 160 each way, once a second and a half.
        x = 40 + 0.9 * math.sin(2 * math.pi * n / 22)
        assert follow(tracks, [piece(x, 60)], n) == []


def test_what_is_here_and_there_is_not_believed() -> None:
    tracks, random = Tracks(WIDTH, HEIGHT), np.random.default_rng(1)
    believed = 0
    for n in range(300):
        places = random.uniform((10, 10), (150, 110), (3, 2))
        believed += len(follow(tracks, [piece(float(x), float(y), 4, 8) for x, y in places], n))
    assert believed <= 9, "one in a hundred may seem to go somewhere"


def test_who_comes_in_slowly_is_seen_by_the_front() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    believed = None
    for n in range(15):
        front = 3.0 + 0.5 * n
        own = Piece((0, 40, round(front), 80), round(40 * front), (front / 2, 60.0))
        if believed is None and follow(tracks, [own], n):
            believed = n
    assert believed is not None
    assert believed / FPS <= 0.6


def test_two_who_pass_each_other_are_two_again() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    count = []
    for n in range(40):
        left, right = 40 + 2 * n, 120 - 2 * n
        both = [piece(left, 60), piece(right, 60)]
        if abs(left - right) < 14:
            both = [piece((left + right) / 2, 60, 12 + abs(left - right))]
        count.append(len(follow(tracks, both, n)))
    assert count[10] == 2
    assert count[-1] == 2


def test_who_is_in_two_pieces_is_one() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    for n in range(10):
        follow(tracks, [piece(40 + 2 * n, 60, 12, 40)], n)
    head, legs = piece(60, 45, 8, 8), piece(60, 72, 12, 16)
    (track,) = follow(tracks, [head, legs], 10)
    assert track.piece.box == (54, 41, 66, 80)


def test_who_is_hidden_for_a_moment_is_the_same() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    for n in range(10):
        follow(tracks, [piece(40 + n, 60)], n)
    for n in range(10, 16):
        assert follow(tracks, [], n) == []
    (track,) = follow(tracks, [piece(54, 60)], 16)
    assert track.number == 1
    assert follow(tracks, [], 60) == []
    assert follow(tracks, [piece(54, 60)], 61) == [], "after seconds it is somebody else"


def test_tracks_are_bounded_and_make_room_again() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    crowd = [piece(4 + 8 * (n % 20), 6 + 12 * (n // 20), 3, 3) for n in range(100)]
    assert len(tracks.follow(crowd, 0.0, 0.0)) == MAX_TRACKS
    assert len(tracks.follow([piece(80, 110)], 10.0, 0.0)) == 1


def test_a_clock_that_goes_back_starts_anew() -> None:
    tracks = Tracks(WIDTH, HEIGHT)
    for n in range(100, 110):
        follow(tracks, [piece(40 + 2 * n - 200, 60)], n)
    assert follow(tracks, [piece(60, 60)], 3) == []
