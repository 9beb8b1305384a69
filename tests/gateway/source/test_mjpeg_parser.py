"""Every dialect in which cameras write MJPEG, whole and byte by byte."""

import time
from collections.abc import Iterable

import pytest

from gateway.source.mjpeg_parser import SLACK_BYTES, MjpegParser, MjpegStats
from tests.support.mjpeg import large, part, pictures, stream, with_thumbnail

A, B, C, D = pictures(4)
CUT_A = A[: len(A) * 2 // 3]
LIMIT = 4_000_000
FEEDS = (1, 1_460, 1_000_000)


def parsed(data: bytes, step: int, limit: int = LIMIT) -> tuple[list[bytes], MjpegStats]:
    """Return the pictures in ``data``, fed ``step`` bytes at a time, and the counters."""
    parser = MjpegParser(limit)
    found = []
    for start in range(0, len(data), step):
        found += [each.jpeg for each in parser.feed(data[start : start + step])]
    return found, parser.stats


def stats(pictures: int, **counters: int) -> MjpegStats:
    none = dict.fromkeys(("joined", "truncated", "damaged", "oversized", "wrong_lengths"), 0)
    return MjpegStats(pictures, **{**none, **counters})


DIALECTS = {
    "as an ESP32 writes it": stream([A, B, C]),
    "no Content-Length": stream([A, B, C], length=None),
    "bare line feeds": stream([A, B, C], newline="\n"),
    "bare line feeds, no Content-Length": stream([A, B, C], newline="\n", length=None),
    "doubled dashes": stream([A, B, C], boundary="----gc0p4Jq0M2Yt08jU534c0p"),
    "a boundary of two dashes only": stream([A, B, C], boundary="", length=None),
    "a boundary with blanks": stream([A, B, C], boundary=" frame "),
    "boundary behind each picture": b"".join(
        part(each, boundary=None) + b"\r\n--myboundary" for each in (A, B, C)
    ),
    "no boundaries, headers only": stream([A, B, C], boundary=None, length=None),
    "no multipart at all": A + B + C,
    "a preamble": b"HTTP chatter\r\nServer: something\r\n\r\n" * 20 + stream([A, B, C]),
    "a long preamble": b"x" * 30_000 + stream([A, B, C]),
    "empty parts": stream([b"", A, b"", b"", B, C, b""]),
    "a part of text": part(b"hello", headers=["X-Kind: text"]) + stream([A, B, C]),
    "garbage between parts": b"\x00\xff\x00garbage".join([b"", *(part(x) for x in (A, B, C))]),
    "padding behind the picture": stream([A + bytes(5), B + bytes(300), C + b"\xff"]),
    "line feed counted in Content-Length": stream([A + b"\r\n", B + b"\r\n", C + b"\r\n"]),
    "a Content-Length that is no number": stream([A, B, C], length="many"),
    "a negative Content-Length": stream([A, B, C], length="-7"),
    "a huge Content-Length": stream([A, B, C], length="9" * 400),
    "a Content-Length above the limit": stream([A, B, C], length=LIMIT + 1),
    "an extra empty line before the picture": stream([b"\r\n" + x for x in (A, B, C)]),
    "closing boundary": stream([A, B, C]) + b"\r\n--123456789000000000000987654321--\r\n",
    "no space behind the colon": stream([A, B, C]).replace(b": ", b":"),
    "header names in odd case": stream([A, B, C]).replace(b"Content-Length", b"CONTENT-length"),
}


@pytest.mark.parametrize("step", FEEDS)
@pytest.mark.parametrize("data", DIALECTS.values(), ids=DIALECTS.keys())
def test_reads_every_dialect(data: bytes, step: int) -> None:
    found, counted = parsed(data, step)
    assert found == [A, B, C]
    assert (counted.truncated, counted.damaged, counted.oversized) == (0, 0, 0)


FAULTY = {
    "joined in one part": (stream([A + B + C, D]), [C, D], stats(2, joined=2)),
    "joined, no Content-Length": (
        stream([A + B, C], length=None),
        [A, B, C],
        stats(3, joined=1),
    ),
    "joined, the first cut short": (stream([CUT_A + B, C]), [B, C], stats(2, truncated=1)),
    "joined, the last cut short": (stream([B + CUT_A, C]), [B, C], stats(2, truncated=1)),
    "cut short, with the length it should have": (
        stream([CUT_A, B, CUT_A, C], length=len(A)),
        None,
        None,
    ),
    "cut short": (stream([CUT_A, B, CUT_A, C]), [B, C], stats(2, truncated=2)),
    "cut short, no Content-Length": (
        stream([CUT_A, B, CUT_A, C], length=None),
        [B, C],
        stats(2, truncated=2),
    ),
    "cut short in a table": (stream([A[:100], B, A[:60], C]), [B, C], stats(2, damaged=2)),
    "cut short, no multipart": (CUT_A + B + CUT_A + C, [B, C], stats(2, truncated=2)),
    "start and end only": (
        stream([b"\xff\xd8\xff\xd9", B]),
        [B],
        stats(1, damaged=1),
    ),
    "two starts": (stream([b"\xff\xd8" + A, B], length=None), [A, B], stats(2, damaged=1)),
    "Content-Length too small": (
        stream([A, B, C], length=100),
        [A, B, C],
        stats(3, wrong_lengths=3),
    ),
    "Content-Length zero": (stream([A, B, C], length=0), [A, B, C], stats(3)),
    "Content-Length too large": (
        stream([A, B, C, D], length=len(A) + 5_000),
        [A, B, C, D],
        stats(4, wrong_lengths=1),
    ),
}


@pytest.mark.parametrize("step", FEEDS)
@pytest.mark.parametrize(("data", "expected", "counters"), FAULTY.values(), ids=FAULTY.keys())
def test_keeps_what_is_whole(
    data: bytes, expected: list[bytes] | None, counters: MjpegStats | None, step: int
) -> None:
    found, counted = parsed(data, step)
    if expected is None:
        # The length reaches into the next part, which may be lost, but never a later one.
        assert found[-1] == C
        assert counted.truncated >= 1
    else:
        assert found == expected
        assert counted == counters


@pytest.mark.parametrize("step", FEEDS)
@pytest.mark.parametrize("length", [-1, None])
def test_a_thumbnail_is_part_of_its_picture(length: int | None, step: int) -> None:
    whole = [with_thumbnail(A, B), with_thumbnail(B, C)]
    found, counted = parsed(stream(whole, length=length), step)
    assert found == whole
    assert counted == stats(2)


@pytest.mark.parametrize("step", [1_000, 100_000])
@pytest.mark.parametrize("length", [-1, None])
def test_drops_what_is_too_large_and_goes_on(length: int | None, step: int) -> None:
    huge = large(300_000, A)
    found, counted = parsed(stream([B, huge, C, huge, D], length=length), step, limit=100_000)
    assert found == [B, C, D]
    assert counted == stats(3, oversized=2)


@pytest.mark.parametrize("begin", [b"", b"\xff\xd8\xff\xdb\x00\x04ab", A[:-2]])
def test_memory_stays_bounded_whatever_comes(begin: bytes) -> None:
    parser = MjpegParser(100_000)
    parser.feed(begin)
    for _ in range(50):
        parser.feed(bytes(60_000))
        assert parser.buffered_bytes <= 100_000 + SLACK_BYTES
    parser.feed(bytes(5_000_000))
    assert parser.buffered_bytes <= 100_000 + SLACK_BYTES
    assert [each.jpeg for each in parser.feed(stream([B, C]))][-1] == C


def test_tells_headers_and_arrival_of_each_part() -> None:
    data = [part(each, headers=[f"X-Timestamp: {at}.5"]) for at, each in enumerate((A, B))]
    parser = MjpegParser(LIMIT)
    assert parser.feed(data[0][:90], arrival_s=1.0) == []
    assert parser.feed(data[0][90:150], arrival_s=2.0) == []
    first, second = parser.feed(data[0][150:] + data[1], arrival_s=3.0)
    assert first.headers["x-timestamp"] == "0.5"
    assert first.headers["content-type"] == "image/jpeg"
    assert first.began_s == 2.0
    assert second.headers["x-timestamp"] == "1.5"
    assert second.began_s == 3.0


def test_headers_survive_a_broken_picture_before() -> None:
    data = part(CUT_A) + part(B, headers=["X-Timestamp: 4.25"])
    (found,) = MjpegParser(LIMIT).feed(data)
    assert found.headers["x-timestamp"] == "4.25"


def test_gives_a_picture_as_soon_as_its_last_byte_is_there() -> None:
    for length in (-1, None):
        parser = MjpegParser(LIMIT)
        data = part(A, length=length)
        assert parser.feed(data[:-1]) == []
        assert [each.jpeg for each in parser.feed(data[-1:])] == [A]


def _seconds(data: bytes, steps: Iterable[int]) -> float:
    """Return the shortest time of a few runs."""
    times = []
    for step in steps:
        start_s = time.perf_counter()
        parsed(data, step)
        times.append(time.perf_counter() - start_s)
    return min(times)


@pytest.mark.parametrize(
    "unit",
    [
        stream([A]),
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xe1\xff\xff",
        b"\r\n--boundary\r\n\r\n\xff\xd8\xff\xe1\xff\xf0",
        CUT_A,
        b"\n--",
        b"\xff",
    ],
    ids=["video", "starts", "long segments", "long segments, parts", "cut", "dashes", "fill"],
)
def test_time_is_linear_in_the_input(unit: bytes) -> None:
    once = unit * (10_000 // len(unit))
    # Quadratic would be eight times as much again; the rest is for a busy machine.
    assert _seconds(once * 8, (1, 1)) < 8 * 4 * max(_seconds(once, (1, 1, 1)), 0.005)
