import pytest

from gateway.source.part_headers import PartHeaders, parse_headers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"", PartHeaders({}, None, None)),
        (b"\r\n\r\n", PartHeaders({}, None, None)),
        (
            b"\r\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 10\r\n\r\n",
            PartHeaders({"content-type": "image/jpeg", "content-length": "10"}, 10, b"\n--frame"),
        ),
        (b"--f\nA:b\n\n", PartHeaders({"a": "b"}, None, None)),
        (b"----f\nA:b:c\n\n", PartHeaders({"a": "b:c"}, None, b"\n----f")),
        (b"A: 1\r\n\r\nB: 2\r\n\r\n", PartHeaders({"b": "2"}, None, None)),
        (b"A: 1\r\n--next\r\nB: 2\r\n\r\n", PartHeaders({"b": "2"}, None, b"\n--next")),
        (
            b"Content-Length: 10\r\n\r\nabc",
            PartHeaders({"content-length": "10"}, 7, None),
        ),
        (b"Content-Length: 3\n\nabc", PartHeaders({"content-length": "3"}, None, None)),
        (b"Content-Length: 10\r\n", PartHeaders({"content-length": "10"}, None, None)),
        (b"Content-Length: \xb2\n\n", PartHeaders({"content-length": "²"}, None, None)),
        (b"\xff\x00\xfe:\x80\n\n", PartHeaders({"ÿ\x00þ": "\x80"}, None, None)),
        (b"\n--" + b"x" * 300 + b"\n", PartHeaders({}, None, None)),
    ],
)
def test_reads_the_last_block(text: bytes, expected: PartHeaders) -> None:
    assert parse_headers(text) == expected
