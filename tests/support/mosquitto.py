"""A real Mosquitto, and somebody who listens to everything at it."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiomqtt

from tests.support.certificates import Certificates
from tests.support.polling import until
from tests.support.program import free_port

HOST = "127.0.0.1"
DEADLINE_S = 15.0
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
PROGRAM = shutil.which("mosquitto", path=_PATH) or "mosquitto"


@dataclass
class Mosquitto:
    """A broker that keeps nothing over a restart."""

    folder: Path
    port: int
    tls: Certificates | None = None
    password: str | None = None
    """Of the user ``peerlens``; None lets everybody in."""
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it accepts connections."""
        lines = [f"listener {self.port} {HOST}", "persistence false", "user root"]
        if self.tls is not None:
            lines += [f"certfile {self.tls.certificate}", f"keyfile {self.tls.key}"]
        if self.password is None:
            lines.append("allow_anonymous true")
        else:
            names = self.folder / "passwords"
            command = ["mosquitto_passwd", "-b", "-c", str(names), "peerlens", self.password]
            subprocess.run(command, check=True, capture_output=True, timeout=DEADLINE_S)
            lines += ["allow_anonymous false", f"password_file {names}"]
        config = self.folder / "mosquitto.conf"
        config.write_text("\n".join(lines) + "\n", "utf-8")
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen(
                [PROGRAM, "-v", "-c", str(config)], stdout=log, stderr=subprocess.STDOUT
            )
        end_s = time.monotonic() + DEADLINE_S
        while not self._accepts():
            assert self.process.poll() is None, self.log
            assert time.monotonic() < end_s, self.log
            time.sleep(0.02)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE_S)
            self.process = None

    @property
    def log(self) -> str:
        return (self.folder / "mosquitto.log").read_text("utf-8", errors="replace")

    def _accepts(self) -> bool:
        with socket.socket() as asking:
            asking.settimeout(0.5)
            return asking.connect_ex((HOST, self.port)) == 0


@contextlib.contextmanager
def mosquitto(
    folder: Path, *, tls: Certificates | None = None, password: str | None = None
) -> Iterator[Mosquitto]:
    """Run a broker for the length of the block."""
    broker = Mosquitto(folder, free_port(), tls, password)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()


class Listener:
    """Takes all messages. ``newest`` has the last of each topic, ``history`` all of them."""

    def __init__(self, client: aiomqtt.Client) -> None:
        self.newest: dict[str, bytes] = {}
        self.history: list[tuple[str, bytes]] = []
        self._client = client

    async def take(self) -> None:
        with contextlib.suppress(aiomqtt.MqttError):
            async for message in self._client.messages:
                assert isinstance(message.payload, bytes)
                self.newest[str(message.topic)] = message.payload
                self.history.append((str(message.topic), message.payload))

    async def publish(self, topic: str, payload: str | bytes, *, retain: bool = False) -> None:
        await self._client.publish(topic, payload, qos=1, retain=retain)

    async def shows(self, topic: str, payload: str | bytes) -> None:
        """Wait until the last message of ``topic`` is ``payload``."""
        wanted = payload.encode() if isinstance(payload, str) else payload
        await until(
            lambda: self.newest.get(topic) == wanted,
            f"{topic} to be {wanted[:40]!r}; it is {self.newest.get(topic)!r}",
            DEADLINE_S,
        )

    async def has(self, topic: str) -> bytes:
        """Wait until there is something under ``topic``."""
        await until(lambda: self.newest.get(topic), f"something under {topic}", DEADLINE_S)
        return self.newest[topic]


@contextlib.asynccontextmanager
async def listener(broker: Mosquitto) -> AsyncIterator[Listener]:
    """Listen to everything at ``broker``, first what it has kept."""
    user = "peerlens" if broker.password is not None else None
    async with aiomqtt.Client(
        HOST, broker.port, username=user, password=broker.password, timeout=DEADLINE_S
    ) as client:
        made = Listener(client)
        taking = asyncio.create_task(made.take())
        await client.subscribe("#", qos=1)
        try:
            yield made
        finally:
            taking.cancel()
            await asyncio.wait({taking})
