import pytest

from gateway.source.errors import SourceRefused, SourceUnreachable
from gateway.source.http_answer import check_answer

CAMERA = "http://camera/stream"
VIDEO = {"Content-Type": "multipart/x-mixed-replace; boundary=frame"}


@pytest.mark.parametrize(
    ("content_type", "bare"),
    [
        ("multipart/x-mixed-replace;boundary=123", False),
        ('Multipart/X-Mixed-Replace; boundary="--a b"', False),
        ("multipart/mixed", False),
        ("video/x-motion-jpeg", False),
        ("application/octet-stream", False),
        ("image/jpeg", True),
    ],
)
def test_accepts_streams(content_type: str, bare: bool) -> None:
    assert check_answer(200, {"Content-Type": content_type}, CAMERA, False) is bare


def test_accepts_no_type_at_all() -> None:
    assert check_answer(200, {}, CAMERA, False) is False


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_tries_again_when_the_camera_is_busy_or_broken(status: int) -> None:
    with pytest.raises(SourceUnreachable, match=str(status)):
        check_answer(status, VIDEO, CAMERA, False)


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (404, VIDEO, "404"),
        (400, VIDEO, "400"),
        (204, VIDEO, "204"),
        (301, {"Location": "http://other/x?token=secret"}, "redirects to http://other/x,"),
        (302, {}, "redirects to nowhere"),
        (307, {"Location": "https://me:secret@other/x"}, "redirects to https://other/x,"),
        (308, {"Location": "/elsewhere"}, "redirects to /elsewhere,"),
        (200, {"Content-Type": "text/html; charset=utf-8"}, "is a web page"),
        (200, {"Content-Type": "application/json"}, "is application/json"),
        (200, {"Content-Type": "image/jpeg", "Content-Length": "5"}, "is a single picture"),
        (401, {"WWW-Authenticate": 'Digest realm="x"'}, "only Basic and Bearer"),
        (401, {}, "wants credentials"),
    ],
)
def test_asks_a_person_otherwise(status: int, headers: dict[str, str], says: str) -> None:
    with pytest.raises(SourceRefused, match=says) as refused:
        check_answer(status, headers, CAMERA, False)
    assert CAMERA in str(refused.value)
    assert "secret" not in str(refused.value)


def test_tells_wrong_credentials_from_none() -> None:
    with pytest.raises(SourceRefused, match="does not accept the credentials"):
        check_answer(403, {}, CAMERA, True)
