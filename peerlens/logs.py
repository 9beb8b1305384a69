"""Logging: what a line looks like, who may talk how loudly, and what is never written."""

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Literal, TextIO

LogFormat = Literal["text", "json"]
LEVELS = ("debug", "info", "warning", "error")

REDACTED = "[redacted]"
_IN_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^\s/@\"']+(?=@)")
"""http://name:password@host"""
_SECRETS = (
    # Authorization: Bearer X, also as a header in a dictionary or a list of pairs
    re.compile(
        r"(?i)(\bauthorization\b[\"']?\s*[:=,]\s*(?:b?[\"'])?(?:(?:bearer|basic|token)\s+)?)"
        r"[^\s\"',}]+"
    ),
    re.compile(r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}"),
    # token=X in an address, "token": "X" in JSON or a repr
    re.compile(
        r"(?i)((?<![\w/])(?:access_|auth_)?(?:token|api_?key|password|passwd|credential|secret|bearer)"
        r"[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;})\]]+"
    ),
    _IN_ADDRESS,
    # The tokens that Peerlens makes: 256 bits in base64url
    re.compile(
        r"()(?<![A-Za-z0-9_-])(?=[^\s]{0,42}[a-z])(?=[^\s]{0,42}[A-Z])[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])"
    ),
)
_CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), 127, *range(128, 160)]}
_CONTROL |= {ord("\n"): "\\n", ord("\r"): "\\r", ord("\t"): "\\t"}

_QUIETER = {
    "aioice": logging.WARNING,
    "aiortc": logging.WARNING,
    "asyncio": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "libav": logging.ERROR,
    "edge.server.access": logging.WARNING,
}
"""Libraries that say too much at the level that is right for Peerlens itself."""


def redact(text: str) -> str:
    """Return ``text`` without what looks like a token, a password or an Authorization header."""
    for pattern in _SECRETS:
        text = pattern.sub(rf"\1{REDACTED}", text)
    return text


def redact_addresses(text: str) -> str:
    """Return ``text`` without the names and passwords in its addresses."""
    return _IN_ADDRESS.sub(rf"\1{REDACTED}", text)


def set_up(level: str = "info", style: LogFormat = "text", stream: TextIO | None = None) -> None:
    """Send all logging at ``level`` and above to ``stream`` (standard error).

    At ``debug`` the libraries say what they say at ``info`` otherwise. Calling it again
    replaces the earlier set-up.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old.formatter, TextLines | JsonLines):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for name, quieter in _QUIETER.items():
        loud = logging.INFO if level == "debug" else max(quieter, root.level)
        logging.getLogger(name).setLevel(loud)
    logging.captureWarnings(True)


class TextLines(logging.Formatter):
    """``2026-11-20 19:30:00.123 INFO gateway.camera: message``, in local time."""

    def format(self, record: logging.LogRecord) -> str:
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(record.created))
        # One message is one line: what a stranger sent cannot look like another record.
        message = redact(record.getMessage()).translate(_CONTROL)
        line = f"{moment}.{record.msecs:03.0f} {record.levelname} {record.name}: {message}"
        trace = _trace(self, record)
        return f"{line}\n{trace}" if trace else line


class JsonLines(logging.Formatter):
    """One JSON object per line: ``time`` (UTC), ``level``, ``logger``, ``message``, ``trace``?"""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        trace = _trace(self, record)
        if trace:
            line["trace"] = trace
        return json.dumps(line)


def _trace(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    parts = []
    if record.exc_info:
        parts.append(formatter.formatException(record.exc_info))
    if record.stack_info:
        parts.append(formatter.formatStack(record.stack_info))
    return redact("\n".join(parts))
