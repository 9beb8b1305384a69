"""The ids of devices that have come with a token of their own, kept over restarts."""

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

FILE_NAME = "devices.txt"
MAX_BYTES = 1_000_000


class DevicePins:
    """A set of ids, one a line in ``file``; without a file they are forgotten at the end.

    Only who has a device's own token can add its id, so there are as many as were given out.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._ids = set(_read(file)) if file is not None else set()

    def __contains__(self, device_id: str) -> bool:
        return device_id in self._ids

    def add(self, device_id: str) -> None:
        """Remember ``device_id``. A file that cannot be written costs no device its place."""
        if device_id in self._ids:
            return
        self._ids.add(device_id)
        log.info("= device %s has come with its own token: the shared one is not for it", device_id)
        if self._file is None:
            return
        try:
            descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(descriptor, "a", encoding="ascii") as file:
                file.write(f"{device_id}\n")
        except OSError as error:
            log.warning("= %s cannot be written: %s", self._file, error.strerror)


def _read(file: Path) -> list[str]:
    try:
        with file.open(encoding="ascii", errors="ignore") as lines:
            return lines.read(MAX_BYTES).split()
    except FileNotFoundError:
        return []
    except OSError as error:
        log.warning("= %s cannot be read: %s", file, error.strerror)
        return []
