"""Keeping secrets out of findings."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from yarl import URL

from peerlens.logs import REDACTED, redact

MIN_CHARACTERS = 4
"""A shorter secret would blot out parts of ordinary words."""
_SECRET_KEYS = frozenset({"token", "bearer", "password", "credential", "secret"})


def secrets_in(settings: BaseModel) -> set[str]:
    """Return every secret that ``settings`` hold, those in addresses too."""
    return set(_secrets(settings.model_dump()))


def cleaner(secrets: Iterable[str]) -> Callable[[str], str]:
    """Return what takes ``secrets``, and all that looks like one, out of a text."""
    known = sorted((each for each in secrets if len(each) >= MIN_CHARACTERS), key=len, reverse=True)

    def clean(text: str) -> str:
        for each in known:
            text = text.replace(each, REDACTED)
        return redact(text)

    return clean


def _secrets(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _secrets(below, str(name))
    elif isinstance(value, list | tuple):
        for below in value:
            yield from _secrets(below, key)
    elif isinstance(value, str):
        if key in _SECRET_KEYS:
            yield value
        elif "://" in value:
            yield from _in_address(value)


def _in_address(text: str) -> Iterator[str]:
    try:
        url = URL(text)
    except ValueError:
        return
    if url.password:
        yield url.password
    yield from (value for value in url.query.values() if value)
