"""One picture as it travels."""

import struct

import pytest

from edge.picture import Picture


def test_what_is_written_is_read() -> None:
    picture = Picture(b"\xff\xd8\xff...\xff\xd9", 1_795_851_234_567.25)
    assert picture.message == struct.pack(">d", picture.capture_ms) + picture.jpeg
    assert Picture.parse(picture.message) == picture
    assert picture.message is picture.message, "all who are sent it share it"


@pytest.mark.parametrize(
    "message", [b"", b"1234567", b"12345678", struct.pack(">d", float("nan")) + b"x"]
)
def test_what_is_none(message: bytes) -> None:
    with pytest.raises(ValueError, match="expected"):
        Picture.parse(message)
