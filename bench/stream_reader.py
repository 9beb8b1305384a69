"""Clients of a camera's own HTTP: one that reads /stream, and one that asks /status."""

import http.client
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np

from bench.errors import NoMeasurement
from peerlens.virtual_camera.stamp import read_stamp

TIMEOUT_S = 5.0
STATUS_HZ = 10.0


@dataclass(frozen=True)
class Arrival:
    """A picture, and when its last byte was there, in epoch seconds."""

    at_s: float
    jpeg: bytes

    def age_ms(self) -> float:
        """Since the time painted into it. Raises :class:`NoMeasurement` if none can be read."""
        gray = cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        painted_ms = read_stamp(np.asarray(gray, np.uint8), round(self.at_s * 1_000))
        if painted_ms is None:
            raise NoMeasurement("a picture without a readable stamp")
        return self.at_s * 1_000 - painted_ms


class StreamReader:
    """Reads a stream on a thread until it is told to stop."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.arrivals: list[Arrival] = []
        self.failure: Exception | None = None
        self._stopped = threading.Event()
        self._connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=TIMEOUT_S
        )
        self._connection.request("GET", parts.path)
        self._answer = self._connection.getresponse()
        if self._answer.status != 200:
            raise NoMeasurement(f"{url}: {self._answer.status}")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def since(self, start_s: float) -> list[Arrival]:
        """What has come since then. Raises :class:`NoMeasurement` when the stream has ended."""
        if self.failure is not None:
            raise NoMeasurement(f"the stream ended: {self.failure}")
        return [each for each in list(self.arrivals) if each.at_s >= start_s]

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(TIMEOUT_S)
        self._connection.close()

    def _run(self) -> None:
        try:
            while not self._stopped.is_set():
                jpeg = self._part()
                self.arrivals.append(Arrival(time.time(), jpeg))
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.failure = error

    def _part(self) -> bytes:
        length = None
        while line := self._answer.readline():
            if line.lower().startswith(b"content-length:"):
                length = int(line.partition(b":")[2])
            elif line == b"\r\n" and length is not None:
                jpeg = self._answer.read(length)
                if len(jpeg) == length:
                    return jpeg
                break
        raise ValueError("it ended within a part")


@contextmanager
def reading(url: str, count: int) -> Iterator[Sequence[StreamReader]]:
    """Have so many clients read the stream for the time of the block."""
    readers: list[StreamReader] = []
    try:
        for _ in range(count):
            readers.append(StreamReader(url))
        yield readers
    finally:
        for reader in readers:
            reader.stop()


class StatusPoller:
    """Asks ``url`` ten times a second on a thread, each time on a new connection."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)
        self._stopped = threading.Event()
        self.took_ms: list[float] = []
        self.failures = 0
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(TIMEOUT_S)

    def ask(self) -> dict[str, Any]:
        """Ask once, now. Raises OSError and HTTPException."""
        connection = http.client.HTTPConnection(
            self._parts.hostname or "", self._parts.port, timeout=TIMEOUT_S
        )
        try:
            connection.request("GET", self._parts.path)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise http.client.HTTPException(f"status {answer.status}")
            status: dict[str, Any] = json.loads(text)
            return status
        finally:
            connection.close()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._stopped.wait(max(0.0, due_s - time.monotonic())):
            due_s += 1 / STATUS_HZ
            began_s = time.monotonic()
            try:
                self.ask()
            except (OSError, http.client.HTTPException):
                self.failures += 1
            self.took_ms.append((time.monotonic() - began_s) * 1_000)


@contextmanager
def polling(url: str) -> Iterator[StatusPoller]:
    poller = StatusPoller(url)
    try:
        yield poller
    finally:
        poller.stop()
