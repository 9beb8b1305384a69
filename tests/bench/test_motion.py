"""The scenes are what they say, alarms are judged rightly, and the bench finds people."""

import asyncio
import urllib.request
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import simplejpeg

from bench.clip_server import clip_server, read_clip, write_clip
from bench.motion import look
from bench.motion_rival import told_spans
from bench.motion_scenes import HEIGHT, SEEN_PERCENT, WARM_UP_S, WIDTH, Scene, all_scenes, shots
from bench.motion_score import Happening, Score, Span, happenings, score, spans


def scene(name: str) -> Scene:
    return next(one for one in all_scenes(12.0) if one.name == name)


def test_there_are_scenes_of_each_kind_with_names_of_their_own() -> None:
    scenes = all_scenes(12.0)
    assert len({one.name for one in scenes}) == len({one.seed for one in scenes}) == len(scenes)
    kinds = Counter(one.empty for one in scenes)
    assert min(kinds.values()) >= 20


def test_a_scene_follows_from_its_seed() -> None:
    one = scene("walker, rain")
    first = [shot.jpeg for shot in shots(one, 1.0)]
    assert first == [shot.jpeg for shot in shots(one, 1.0)]
    assert first != [shot.jpeg for shot in shots(replace(one, seed=99), 1.0)]
    assert simplejpeg.decode_jpeg_header(first[0])[:2] == (HEIGHT, WIDTH)


@pytest.mark.parametrize("one", all_scenes(12.0), ids=lambda one: one.name)
def test_every_scene_is_empty_or_something_comes_after_the_warm_up(one: Scene) -> None:
    for crossing in one.crossings:
        assert crossing.begin_s >= WARM_UP_S
        assert crossing.end_s > crossing.begin_s + crossing.pause_s


def test_truth_is_when_enough_is_in_the_picture() -> None:
    one = scene("fast runner")
    moments = [(shot.capture_s, shot.seen) for shot in shots(one, 9.0)]
    (event,) = happenings(moments, SEEN_PERCENT)
    assert 5.0 <= event.start_s <= event.entry_s <= 5.6
    assert 6.5 < event.end_s <= 7.2
    assert happenings([(at_s, min(part, 0.2)) for at_s, part in moments], SEEN_PERCENT) == []


def test_spans_join_over_short_gaps() -> None:
    moments = [(0.0, True), (1.0, False), (2.0, True), (9.0, True), (9.5, False)]
    assert spans(moments) == [Span(0.0, 2.0), Span(9.0, 9.0)]


def test_alarms_are_judged() -> None:
    truth = [Happening(10.0, 10.2, 15.0), Happening(20.0, 20.0, 21.0)]
    alarms = [Span(1.0, 1.5), Span(5.0, 6.0), Span(10.5, 12.0), Span(14.0, 15.0)]
    found = score(truth, alarms, from_s=4.0)
    assert (found.found, found.missed, found.false_alarms) == (1, 1, 1)
    assert list(found.delays_s) == pytest.approx([0.3])
    assert (found.precision, found.recall, found.f1) == (0.5, 0.5, 0.5)


def test_an_alarm_that_was_on_before_finds_nothing() -> None:
    found = score([Happening(10.0, 10.0, 15.0)], [Span(5.0, 14.0)])
    assert (found.found, found.missed, found.false_alarms) == (0, 1, 1)


def test_nothing_told_of_nothing_is_right() -> None:
    assert Score().f1 == 1.0


def test_what_motion_says_becomes_spans_of_its_clip() -> None:
    lines = ["2 start 105.5", "1 start 103.0", "2 end 109.5", "2 start 150.0"]
    found = told_spans(lines, ["a", "b"], {"a": 100.0, "b": 101.0}, 20.0)
    assert found == {"a": [Span(3.0, 20.0)], "b": [Span(4.5, 6.5)]}


async def test_clips_are_played_as_cameras(tmp_path: Path) -> None:
    pictures = [(0.0, b"first"), (0.1, b"second")]
    write_clip(tmp_path / "one.clip", pictures)
    assert list(read_clip(tmp_path / "one.clip")) == pictures

    def read() -> tuple[bytes, dict[str, float]]:
        with clip_server(tmp_path) as server:
            with urllib.request.urlopen(server.stream("one"), timeout=10.0) as stream:
                body = b""
                while b"second" not in body:
                    body += stream.read1(1_000)
            return body, server.begun()

    body, begun = await asyncio.to_thread(read)
    assert body.count(b"Content-Type: image/jpeg") == 2
    assert set(begun) == {"one"}


@pytest.mark.parametrize(
    "name", ["walker, camera shakes", "small walker, quality 10", "car at dusk"]
)
def test_the_detector_finds_who_comes_within_half_a_second(name: str) -> None:
    one = scene(name)
    judged = look(one, shots(one, 12.0)).score
    assert (judged.found, judged.missed, judged.false_alarms) == (1, 0, 0)
    assert max(judged.delays_s) <= 0.5


@pytest.mark.parametrize(
    "name",
    ["empty, rain", "empty, headlights", "empty, auto exposure", "empty, leaves, masked"],
)
def test_the_detector_invents_nothing(name: str) -> None:
    one = scene(name)
    judged = look(one, shots(one, 12.0)).score
    assert judged.false_alarms == 0
