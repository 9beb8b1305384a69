"""What holds for any bytes whatsoever."""

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.source.mjpeg_parser import SLACK_BYTES, MjpegParser, MjpegStats
from tests.support.mjpeg import part, pictures, with_thumbnail

LIMIT = 6_000
A, B, C = pictures(3, 32, 32)
FRAGMENTS = [
    A,
    B,
    A[:200],
    B[:-2],
    B[50:],
    A + B,
    with_thumbnail(A, B),
    part(C),
    part(C, length=None, newline="\n"),
    part(A + B + C[:300]),
    part(A, length=50),
    part(B, length=3_000),
    part(with_thumbnail(B, A) * 3),
    part(b""),
    b"\r\n--b\r\nContent-Length: 2000\r\n\r\n",
    b"\xff\xd8\xff",
    b"\xff\xd8\xff\xe1\x20\x00",
    b"\xff\xd9",
    b"\n--",
    b"\r\n\r\n",
    bytes(5_000),
    b"\xff" * 300,
]
streams = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=300)), max_size=12).map(
    b"".join
)


def run(data: bytes, cuts: list[int]) -> tuple[list[bytes], list[dict[str, str]], MjpegStats]:
    parser = MjpegParser(LIMIT)
    found = []
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    for start, end in itertools.pairwise(edges):
        found += parser.feed(data[start:end])
        assert parser.buffered_bytes <= LIMIT + SLACK_BYTES
    return [each.jpeg for each in found], [dict(each.headers) for each in found], parser.stats


@settings(max_examples=400, deadline=None)
@given(streams, st.lists(st.integers(0, 100_000), max_size=40))
def test_any_split_gives_the_same_pictures(data: bytes, cuts: list[int]) -> None:
    assert run(data, cuts) == run(data, [])


@settings(max_examples=60, deadline=None)
@given(streams)
def test_byte_by_byte_gives_the_same_pictures(data: bytes) -> None:
    assert run(data, list(range(len(data)))) == run(data, [])


@settings(max_examples=200, deadline=None)
@given(streams)
def test_gives_only_whole_jpegs_within_the_limit(data: bytes) -> None:
    found, _, stats = run(data, [])
    assert stats.pictures == len(found)
    for picture in found:
        assert picture.startswith(b"\xff\xd8\xff")
        assert picture.endswith(b"\xff\xd9")
        assert len(picture) <= LIMIT


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=4_000))
def test_recovers_from_any_garbage(garbage: bytes) -> None:
    parser = MjpegParser(LIMIT)
    parser.feed(garbage)
    # A false start in the garbage may swallow what fits into one segment, and then a picture.
    repeated = part(A) * (2 + 70_000 // len(A))
    assert [each.jpeg for each in parser.feed(repeated)][-1] == A
