"""Clips: real H.264 in, MP4 out, read back with FFmpeg."""

import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.errors import MediaError
from gateway.events.clip_file import ClipFile, Lead
from gateway.events.folder import EventFolder
from gateway.units import AccessUnit, JpegFrame
from tests.support.events import FPS, decoded, fill, jpegs, small_disk, units


class Memory(io.BytesIO):
    """Remembers each write, and stays readable when closed."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[int] = []

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        self.writes.append(len(data))
        return super().write(data)

    def close(self) -> None:
        pass


def lead(pictures: list[JpegFrame]) -> Lead:
    return Lead(tuple(pictures), epoch_s=0.0, fps=FPS, max_bitrate_kbps=1_500)


def recorded(sink: Memory, made: Sequence[AccessUnit], before: Lead | None = None) -> None:
    clip = ClipFile(sink, made[0], before)
    add_all(clip, made[1:])
    clip.close()


def add_all(clip: ClipFile, made: Sequence[AccessUnit]) -> None:
    for unit in made:
        clip.add(unit)


def test_holds_each_picture_at_its_time() -> None:
    sink = Memory()
    recorded(sink, units(75, start_s=100.0, keyframes=40))
    times = [at_s for at_s, _ in decoded(sink.getvalue())]
    assert len(times) == 75
    assert times[0] == 0.0
    assert all(abs(b - a - 1 / FPS) < 0.001 for a, b in pairwise(times))


def test_what_comes_before_the_first_keyframe_is_encoded_once_and_joins_without_a_gap() -> None:
    sink = Memory()
    recorded(sink, units(30, start_s=3.0), lead(jpegs(95)))
    times = [at_s for at_s, _ in decoded(sink.getvalue())]
    assert len(times) == 90 + 30, "pictures that were encoded anyway are not there twice"
    assert all(abs(b - a - 1 / FPS) < 0.002 for a, b in pairwise(times))


def test_pictures_before_it_that_are_broken_or_of_another_size_are_left_out() -> None:
    before = jpegs(10)
    before[3] = JpegFrame(b"\xff\xd8 no picture", before[3].capture_s, before[3].received_s)
    before[5] = jpegs(1, before[5].capture_s, size=(640, 480))[0]
    sink = Memory()
    recorded(sink, units(10, start_s=1.0), lead(before))
    assert len(decoded(sink.getvalue())) == 18


def test_can_be_played_at_any_moment_while_it_grows() -> None:
    sink = Memory()
    made = units(150)
    clip = ClipFile(sink, made[0])
    playable = list[int]()
    for unit in made[1:]:
        clip.add(unit)
        if clip.fragments > len(playable):
            playable.append(len(decoded(sink.getvalue())))
    assert playable == [30, 60, 90, 120], "a fragment a second, each whole"
    clip.close()
    assert len(decoded(sink.getvalue())) == 150


def test_what_is_no_keyframe_cannot_begin_a_clip() -> None:
    with pytest.raises(MediaError):
        ClipFile(Memory(), units(2)[1])


def test_another_size_is_not_for_this_clip() -> None:
    clip = ClipFile(Memory(), units(1)[0])
    assert not clip.takes(units(1, size=(640, 480))[0])
    clip.close()


def test_a_full_disk_leaves_what_was_whole(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 200) as disk:
        folder = EventFolder(disk / "events")
        folder.make()
        path = disk / "events" / "clip.mp4"
        made = units(90)
        clip = ClipFile(folder.create(path), made[0])
        add_all(clip, made[1:40])
        fill(disk)
        with pytest.raises(OSError, match="No space left"):
            add_all(clip, made[40:])
        with pytest.raises(OSError, match="No space left"):
            clip.close()
        assert path.stat().st_size == clip.size
        assert len(decoded(path)) == 30
