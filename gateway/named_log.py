"""Log lines that say which camera or viewer they are about."""

import logging
from collections.abc import MutableMapping
from typing import Any


class NamedLog(logging.LoggerAdapter[logging.Logger]):
    """Puts ``name`` (a camera, a viewer's session) before each message."""

    def __init__(self, logger: logging.Logger, name: str) -> None:
        super().__init__(logger, {"subject": name})
        self._name = name

    def process(
        self, msg: object, kwargs: MutableMapping[str, Any]
    ) -> tuple[str, MutableMapping[str, Any]]:
        return f"{self._name} {msg}", kwargs
