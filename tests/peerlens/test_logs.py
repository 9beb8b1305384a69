import io
import json
import logging
import re
import secrets
from collections.abc import Iterator

import pytest

from peerlens.logs import REDACTED, redact, set_up

TOKEN = "q3Zt-8Lw_X0aBcDeFgHiJkLmNoPqRsTuVwXyZ012345"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    names = ("aioice", "aiortc", "asyncio", "aiohttp.access", "libav", "edge.server.access")
    levels = {name: logging.getLogger(name).level for name in names}
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def written(style: str, level: str = "info") -> tuple[logging.Logger, io.StringIO]:
    stream = io.StringIO()
    set_up(level, "json" if style == "json" else "text", stream)
    return logging.getLogger("gateway.camera"), stream


def test_a_line_of_text_has_time_level_logger_and_message() -> None:
    log, stream = written("text")
    log.warning("= %s is %s", "front", "stalled")
    line = stream.getvalue()
    form = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} WARNING gateway\.camera: = front is stalled\n"
    assert re.fullmatch(form, line)


def test_a_line_of_json_has_the_same() -> None:
    log, stream = written("json")
    log.info('said "%s"', "안녕\n")
    (line,) = stream.getvalue().splitlines()
    record = json.loads(line)
    assert record.pop("time").endswith("Z")
    assert record == {"level": "info", "logger": "gateway.camera", "message": 'said "안녕\n"'}


@pytest.mark.parametrize("style", ["text", "json"])
def test_a_traceback_comes_along_without_secrets(style: str) -> None:
    log, stream = written(style)
    try:
        raise RuntimeError(f"refused token={TOKEN}")
    except RuntimeError:
        log.exception("failed")
    text = stream.getvalue()
    assert "Traceback" in text
    assert "test_logs.py" in text
    assert TOKEN not in text


def test_a_strangers_text_cannot_look_like_another_line() -> None:
    log, stream = written("text")
    log.info("camera %s", "x\n2026-11-20 00:00:00.000 ERROR gateway: forged\x1b[2J\x9b")
    (line,) = stream.getvalue().splitlines()
    assert line.endswith(r"camera x\n2026-11-20 00:00:00.000 ERROR gateway: forged\x1b[2J\x9b")


def test_libraries_are_quieter_than_peerlens() -> None:
    log, stream = written("text")
    for name in ("aioice.ice", "aiortc.rtcrtpsender", "aiohttp.access", "edge.server.access"):
        logging.getLogger(name).info("chatter")
    log.info("news")
    assert "chatter" not in stream.getvalue()
    assert "news" in stream.getvalue()


def test_debug_makes_the_libraries_talk_but_not_chatter() -> None:
    log, stream = written("text", "debug")
    logging.getLogger("aioice.ice").info("gathering")
    logging.getLogger("aioice.ice").debug("packet")
    log.debug("detail")
    assert "gathering" in stream.getvalue()
    assert "packet" not in stream.getvalue()
    assert "detail" in stream.getvalue()


def test_error_silences_warnings_of_libraries_too() -> None:
    _, stream = written("text", "error")
    logging.getLogger("aioice.ice").warning("odd")
    assert stream.getvalue() == ""


def test_setting_up_again_replaces_the_first() -> None:
    log, first = written("text")
    _, second = written("json")
    log.info("once")
    assert first.getvalue() == ""
    assert second.getvalue().count("once") == 1


@pytest.mark.parametrize(
    "text",
    [
        "GET /?token={} HTTP/1.1",
        "GET /ws?a=b&access_token={}&c=d",
        "http://127.0.0.1:8080/#token={}",
        "Authorization: Bearer {}",
        "authorization: Basic {}",
        "{{'Authorization': 'Bearer {}'}}",
        "[('Authorization', 'Bearer {}')]",
        "(b'authorization', b'Bearer {}')",
        '{{"type":"hello","v":1,"token":"{}"}}',
        "Hello(v=1, token='{}')",
        "auth={{'bearer': '{}'}}",
        "password: {}",
        "credential={}",
        "http://admin:{}@192.168.0.20/stream",
        "rtsp://{}@camera.local/1",
    ],
)
def test_redacts_where_a_secret_stands(text: str) -> None:
    for secret in ("hunter2-hunter2", TOKEN):
        redacted = redact(text.format(secret))
        assert secret not in redacted
        assert REDACTED in redacted


def test_redacts_tokens_wherever_they_stand() -> None:
    for _ in range(200):
        token = secrets.token_urlsafe(32)
        assert token not in redact(f"viewer {token}, next")


@pytest.mark.parametrize(
    "text",
    [
        "= listening on http://127.0.0.1:8080/",
        "> offer session=0b9f6c1e-4a57-4b0d-9f3e-2d1c7a5b8e90 camera=front",
        "candidate:842163049 1 udp 1677729535 198.51.100.7 46154 typ srflx raddr 0.0.0.0 rport 0",
        "a=fingerprint:sha-256 4A:AD:B9:B1:3F:82:18:3B:54:02:12:DF:3E:5D:49:6B:19:E5:7C:AB",
        "/usr/lib/python3.11/site-packages/aiortc/rtcpeerconnection.py",
        "a_very_long_name_of_a_function_that_nobody_would_ever_write_in_practice",
        "no token was given",
        "mail@example.org",
    ],
)
def test_leaves_the_rest_alone(text: str) -> None:
    assert redact(text) == text
