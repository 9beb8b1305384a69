"""The board's Python twin over a real WebSocket, and as a program."""

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import WSMsgType, web

from peerlens.virtual_car.client import BoardClient
from peerlens.virtual_car.errors import Superseded
from peerlens.virtual_car.identity import TOKEN_VARIABLE, board_identity
from peerlens.virtual_car.outputs import Outputs, parse_line
from protocol.codec import decode, encode
from protocol.messages import (
    Acted,
    Actuate,
    BoardToGateway,
    Error,
    Heard,
    Ping,
    Pong,
    RegisterBoard,
    Registered,
    Stop,
    Telemetry,
)
from tests.support.polling import until

SEND_INTERVAL_S = 0.02


class BoardServer:
    """The gateway's end: takes boards in, and commands the newest one."""

    def __init__(self) -> None:
        self.url = ""
        self.refuse_with: tuple[str, int] | None = None
        self.answers = True
        """Whether boards are registered, and their pings answered."""
        self.registrations: list[RegisterBoard] = []
        self.told: list[BoardToGateway] = []
        self.state = ""
        self.socket: web.WebSocketResponse | None = None
        self.transport: asyncio.Transport | None = None
        self.seq = 0
        self._heard: tuple[int, float] = (0, 0.0)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.socket, self.transport = socket, request.transport
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            told: BoardToGateway = decode(message.data, BoardToGateway)
            await self._take(socket, told)
        return socket

    async def _take(self, socket: web.WebSocketResponse, told: BoardToGateway) -> None:
        self.told.append(told)
        if isinstance(told, Acted | Telemetry):
            self._heard = (told.at_ms, time.monotonic())
            self.state = told.state
        elif isinstance(told, RegisterBoard):
            self.registrations.append(told)
            self.seq = 0
            if self.refuse_with is not None:
                problem, code = self.refuse_with
                await socket.send_str(encode(Error(f"urn:peerlens:problem:{problem}", "no")))
                await socket.close(code=code)
            elif self.answers:
                await socket.send_str(encode(Registered(5.0)))
        elif isinstance(told, Ping) and self.answers:
            await socket.send_str(encode(Pong(told.id)))

    async def say(self, message: object) -> None:
        assert self.socket is not None
        await self.socket.send_str(encode(message))

    async def command(self, throttle: float, steering: float = 0.0) -> None:
        at_ms, heard_s = self._heard
        self.seq += 1
        heard = Heard(at_ms, (time.monotonic() - heard_s) * 1000)
        await self.say(Actuate(self.seq, 500.0, throttle, steering, heard))

    async def drive(self, throttle: float, done: Callable[[], object], what: str) -> None:
        """Command until ``done``; arms a board again that a busy machine made disarm."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + 20
        while not done():
            assert loop.time() < end_s, f"waited in vain for {what}"
            await self.command(throttle if self.state in ("armed", "neutral") else 0.0)
            await asyncio.sleep(SEND_INTERVAL_S)

    def count(self, kind: type[object]) -> int:
        return sum(isinstance(message, kind) for message in self.told)


@contextlib.asynccontextmanager
async def serving(server: BoardServer, port: int = 0) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_get("/ws/board", server.handle)
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, reuse_address=True)
    await site.start()
    port = runner.addresses[0][1]
    server.url = f"ws://127.0.0.1:{port}/ws/board"
    try:
        yield port
    finally:
        await runner.cleanup()


class RunningBoard:
    """The client in this process, and what it told."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.outputs: list[Outputs] = []
        self.links: list[str | None] = []
        self.commands: list[int] = []
        self.client = BoardClient(
            url,
            board_identity("board-1", token),
            on_outputs=self.outputs.append,
            on_link=self.links.append,
            on_command=self.commands.append,
        )

    @property
    def now(self) -> Outputs:
        return self.outputs[-1]


@contextlib.asynccontextmanager
async def running(board: RunningBoard) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(board.client.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


@contextlib.asynccontextmanager
async def connected() -> AsyncIterator[tuple[BoardServer, RunningBoard]]:
    server = BoardServer()
    async with serving(server):
        board = RunningBoard(server.url)
        async with running(board):
            await until(lambda: server.count(Telemetry), "the first telemetry")
            yield server, board


async def test_it_registers_arms_and_drives() -> None:
    server = BoardServer()
    async with serving(server):
        board = RunningBoard(server.url, "a-token")
        async with running(board):
            await until(lambda: server.count(Telemetry), "the first telemetry")
            assert server.registrations[0].device_id == "board-1"
            assert server.registrations[0].token == "a-token"
            assert board.links == [None]
            await server.drive(0.0, lambda: board.now.state == "armed", "armed")
            await server.drive(0.5, lambda: board.now.throttle == 0.5, "half throttle")
            await until(lambda: len(board.commands) == server.count(Acted), "every answer")
            acted = [message for message in server.told if isinstance(message, Acted)]
            assert [message.seq for message in acted] == board.commands
            assert acted[-1].throttle == 0.5
        assert (board.now.throttle, board.now.brake) == (0.0, True), "when it ends"


async def test_silence_makes_it_neutral() -> None:
    async with connected() as (server, board):
        await server.drive(0.0, lambda: board.now.state == "armed", "armed")
        await server.drive(1.0, lambda: board.now.throttle == 1.0, "full throttle")
        await until(lambda: board.now.state == "neutral", "neutral")
        assert board.now.throttle == 0.0
        await until(lambda: board.now.state == "disarmed", "disarmed")


async def test_an_emergency_stop() -> None:
    async with connected() as (server, board):
        await server.drive(0.0, lambda: board.now.state == "armed", "armed")
        await server.say(Stop())
        await until(lambda: board.now.state == "stopped", "stopped")


async def test_a_link_that_breaks_disarms_and_comes_back() -> None:
    async with connected() as (server, board):
        await server.drive(0.0, lambda: board.now.state == "armed", "armed")
        await server.drive(1.0, lambda: board.now.throttle == 1.0, "full throttle")
        assert server.transport is not None
        server.transport.abort()
        await until(lambda: board.now.state == "disarmed", "disarmed")
        assert board.now.throttle == 0.0
        await until(lambda: len(server.registrations) == 2, "the next registration")
        await until(lambda: board.links[-1] is None and len(board.links) == 3, "the next link")
        await server.drive(0.0, lambda: board.now.state == "armed", "armed again")


async def test_it_waits_for_a_gateway_that_comes_later() -> None:
    server = BoardServer()
    async with serving(server) as port:
        pass
    board = RunningBoard(server.url)
    async with running(board):
        await until(lambda: board.links, "an attempt that fails")
        assert None not in board.links
        async with serving(server, port):
            await until(lambda: None in board.links, "a link")
        await until(lambda: board.links[-1] is not None, "its end")
        async with serving(server, port):
            await until(lambda: board.links[-1] is None, "another link")


async def test_a_gateway_that_says_nothing_is_given_up() -> None:
    server = BoardServer()
    server.answers = False
    async with serving(server):
        board = RunningBoard(server.url)
        async with running(board):
            await until(lambda: board.links, "the link to be given up")
            assert "silent" in str(board.links[0])
            server.answers = True
            await until(lambda: board.links[-1] is None, "a link")


async def test_a_refusal_is_told() -> None:
    server = BoardServer()
    server.refuse_with = ("unauthorized", 4401)
    async with serving(server):
        board = RunningBoard(server.url)
        async with running(board):
            await until(lambda: board.links, "the refusal")
            assert board.links == ["no"]


async def test_a_superseded_board_does_not_come_back() -> None:
    server = BoardServer()
    server.refuse_with = ("superseded", 4409)
    async with serving(server):
        board = RunningBoard(server.url)
        async with running(board) as task:
            await asyncio.wait({task}, timeout=10)
            with pytest.raises(Superseded, match="board-1"):
                await task
        assert len(server.registrations) == 1


async def test_a_loop_that_hangs_stops_the_car() -> None:
    async with connected() as (server, board):
        await server.drive(0.0, lambda: board.now.state == "armed", "armed")
        await server.drive(1.0, lambda: board.now.throttle == 1.0, "full throttle")
        end_s = time.monotonic() + 10
        # On purpose nothing is awaited: only the watchdog's thread can do something.
        while board.now.throttle != 0.0:
            assert time.monotonic() < end_s
            time.sleep(0.01)  # noqa: ASYNC251
        assert board.now.brake
        hung = len(board.outputs)
        await until(lambda: board.client.board.outputs.state == "disarmed", "disarmed")
        for _ in range(5):
            await server.command(1.0)
        await until(lambda: board.commands[-1] == server.seq, "the commands")
        assert all(outputs.throttle == 0.0 for outputs in board.outputs[hung:])


async def test_the_program_prints_what_it_does() -> None:
    server = BoardServer()
    lines: list[str] = []
    async with serving(server), program(server.url, lines):
        await until(lambda: "link up" in lines, "link up")
        assert server.registrations[0].token == "a-token"
        assert server.registrations[0].limits.failsafe_ms == 300.0
        await until(lambda: server.count(Telemetry), "the first telemetry")

        def newest() -> Outputs:
            return parse_line([line for line in lines if line.startswith("out ")][-1])

        await server.drive(0.0, lambda: newest().state == "armed", "armed")
        await server.drive(0.5, lambda: newest().throttle == 0.5, "half throttle")
        printed_us = int([line for line in lines if line.startswith("out ")][-1].split()[1])
        assert abs(time.monotonic_ns() // 1_000 - printed_us) < 5_000_000
        assert any(line.startswith("cmd ") for line in lines)
        assert server.socket is not None
        await server.socket.close()
        await until(lambda: any(line.startswith("link down ") for line in lines), "link down")
        assert newest().throttle == 0.0


@contextlib.asynccontextmanager
async def program(url: str, lines: list[str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "peerlens.virtual_car"),
        *("--url", url, "--id", "board-1", "--failsafe-ms", "300", "--trace"),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, TOKEN_VARIABLE: "a-token"},
    )

    async def read() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            lines.append(line.decode().strip())

    reading = asyncio.create_task(read())
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)
        await reading


async def test_the_program_refuses_an_impossible_id() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "peerlens.virtual_car", "--id", "no way"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 2
    assert b"expected 1-64 of" in errors
