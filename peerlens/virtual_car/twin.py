"""The virtual car: the firmware's core as a program of its own, or its Python twin in here."""

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gateway.backoff import Backoff
from peerlens.virtual_car.client import RETRY_FIRST_S, RETRY_MOST_S, BoardClient
from peerlens.virtual_car.errors import BuildError, Superseded
from peerlens.virtual_car.firmware_build import compiled_twin
from peerlens.virtual_car.identity import TOKEN_VARIABLE, board_identity
from peerlens.virtual_car.outputs import NEUTRAL, Outputs, parse_line
from peerlens.virtual_car.watched_outputs import OnOutputs, WatchedOutputs

logger = logging.getLogger(__name__)

MAX_LINE_BYTES = 4_096
FEED_S = 0.05
STOP_TIMEOUT_S = 1.0
_RAN_WELL_S = 10.0
_SUPERSEDED = "another board has registered"


@dataclass(frozen=True, slots=True)
class BoardLink:
    """Where a board registers, under which id, and with which token."""

    url: str
    board_id: str
    token: str | None = None


@contextlib.asynccontextmanager
async def driving(
    link: BoardLink,
    on_outputs: OnOutputs,
    say: Callable[[str], None],
    *,
    wants_firmware: bool = True,
) -> AsyncIterator[None]:
    """Run the car meanwhile; ``say`` is told in one line which of the two it is.

    ``on_outputs`` may be called by another thread. Once the car fails for good, which is logged,
    its outputs are neutral.
    """
    task = asyncio.create_task(_run(link, on_outputs, say, wants_firmware), name="virtual-car")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _run(
    link: BoardLink, on_outputs: OnOutputs, say: Callable[[str], None], wants_firmware: bool
) -> None:
    try:
        await _run_either(link, on_outputs, say, wants_firmware)
    except Superseded as error:
        logger.error("= virtual car: %s", error)
    except Exception:
        # A defect, but one that must not end what the car is watched with.
        logger.exception("the virtual car failed unexpectedly")


async def _run_either(
    link: BoardLink, on_outputs: OnOutputs, say: Callable[[str], None], wants_firmware: bool
) -> None:
    try:
        if not wants_firmware:
            raise BuildError("as asked for")
        program = await compiled_twin()
    except BuildError as error:
        say(f"Virtual car: Python twin ({error})")
        identity = board_identity(link.board_id, link.token)
        await BoardClient(link.url, identity, on_outputs=on_outputs, on_link=_log_link).run()
    else:
        say("Virtual car: firmware core, compiled")
        await CompiledTwin(program, link, on_outputs).run()


def _log_link(lost_because: str | None) -> None:
    if lost_because is None:
        logger.info("= virtual car: link up")
    else:
        logger.info("= virtual car: link down: %s", lost_because)


class CompiledTwin:
    """Runs ``twin-car`` and reads what it would do from its lines."""

    def __init__(self, program: Path, link: BoardLink, on_outputs: OnOutputs) -> None:
        self._program = program
        self._link = link
        self._outputs = WatchedOutputs(on_outputs)
        self._newest: Outputs = NEUTRAL
        self._link_line = ""

    async def run(self) -> NoReturn:
        """Keep it running until cancelled. While it does not run, the outputs are neutral.

        Raises :class:`Superseded`, as the program says before it ends because of that.
        """
        backoff = Backoff(RETRY_FIRST_S, RETRY_MOST_S)
        loop = asyncio.get_running_loop()
        with self._outputs:
            while True:
                started_s = loop.time()
                try:
                    reason = await self._run_once()
                except OSError as error:
                    reason = str(error)
                self._set(NEUTRAL)
                if _SUPERSEDED in self._link_line:
                    raise Superseded(self._link.board_id)
                if loop.time() - started_s > _RAN_WELL_S:
                    backoff.reset()
                delay_s = backoff.next_delay_s()
                logger.warning("= virtual car: %s; again in %.1f s", reason, delay_s)
                await asyncio.sleep(delay_s)

    async def _run_once(self) -> str:
        """Run the program until it ends; return how it did."""
        environment = dict(os.environ)
        environment.pop(TOKEN_VARIABLE, None)
        if self._link.token is not None:
            environment[TOKEN_VARIABLE] = self._link.token
        process = await asyncio.create_subprocess_exec(
            *(str(self._program), "--url", self._link.url, "--id", self._link.board_id),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
            limit=MAX_LINE_BYTES,
        )
        feeding = asyncio.create_task(self._feed(), name="virtual-car-feed")
        try:
            assert process.stdout is not None
            await self._read(process.stdout)
        finally:
            self._set(NEUTRAL)
            feeding.cancel()
            await _end(process)
        return f"{self._program.name} ended with {process.returncode}"

    async def _read(self, lines: asyncio.StreamReader) -> None:
        """Take lines until there are no more, or one is not to be understood."""
        try:
            while data := await lines.readline():
                line = data.decode("utf-8", "replace").strip()
                if line.startswith("out "):
                    self._set(parse_line(line))
                elif line.startswith("link "):
                    self._link_line = line
                    logger.info("= virtual car: %s", line)
                elif line.startswith("refused "):
                    logger.warning("= virtual car: %s", line)
        except ValueError as error:
            logger.warning("< virtual car: %s", error)

    def _set(self, outputs: Outputs) -> None:
        self._newest = outputs
        self._feed_once()

    async def _feed(self) -> None:
        while True:
            self._feed_once()
            await asyncio.sleep(FEED_S)

    def _feed_once(self) -> None:
        if not self._outputs.feed(self._newest):
            # It was this loop that hung. The program decides by itself when the car is to stop.
            self._outputs.feed(self._newest)


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the program, first by asking; also when this is cancelled meanwhile."""
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        logger.warning("= virtual car: the program did not end within %g s", STOP_TIMEOUT_S)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            # Nothing withstands that; only then is it over for this loop, too.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOP_TIMEOUT_S):
                    await process.wait()
