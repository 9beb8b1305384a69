"""The command line as its users meet it: as a process."""

import asyncio
import contextlib
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from edge.errors import TokenFileError
from peerlens import cli, servers
from peerlens.config import SignalingConfig

COMMAND = (sys.executable, "-c", "from peerlens.cli import main; main()")
COMMANDS = ("demo", "up", "signaling", "gateway", "device-token", "doctor")
DEADLINE_S = 20.0


def peerlens(*args: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run ``peerlens`` to its end."""
    return subprocess.run(
        [*COMMAND, *args],
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        cwd=cwd,
        check=False,
    )


# Help


def test_help_lists_the_commands() -> None:
    result = peerlens("--help")
    assert result.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^    {command}\b", result.stdout, re.MULTILINE), command


@pytest.mark.parametrize("command", COMMANDS)
def test_each_help_has_an_example(command: str) -> None:
    result = peerlens(command, "--help")
    assert result.returncode == 0
    assert re.search(rf"^examples?:\n  .*peerlens {command}", result.stdout, re.MULTILINE)
    assert "--log-level" in result.stdout
    assert ("--config" in result.stdout) == (command != "demo")


def test_version() -> None:
    result = peerlens("--version")
    assert (result.returncode, result.stdout) == (0, "peerlens 0.1.0\n")


def test_help_does_not_load_the_servers() -> None:
    program = (
        "import sys\nfrom peerlens.cli import parser\nparser().format_help()\n"
        "heavy = {'aiohttp', 'aiortc', 'av', 'cv2', 'numpy', 'pydantic'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")


# Bad usage and bad configuration, in this process: the exit code and what is printed


def outcome(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, list[str]]:
    """Run ``peerlens`` here; returns the exit code and the lines of standard error."""
    try:
        code = cli.run(args)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    output = capsys.readouterr()
    assert output.out == ""
    assert "Traceback" not in output.err
    return code, output.err.splitlines()


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("dmeo",), "invalid choice: 'dmeo'"),
        (("demo", "--bogus"), "unrecognized arguments: --bogus"),
        (("demo", "--cam", "2"), "unrecognized arguments: --cam 2"),
        (("demo", "--port", "70000"), "expected a whole number from 0 to 65535, given '70000'"),
        (("demo", "--port", "http"), "expected a whole number from 0 to 65535, given 'http'"),
        (("demo", "--port", "-1"), "expected a whole number from 0 to 65535, given '-1'"),
        (("demo", "--cameras", "0"), "expected a whole number from 1 to 64, given '0'"),
        (("demo", "--fps", "nan"), "expected a number from 1 to 120, given 'nan'"),
        (("demo", "--fps", "fast"), "expected a number from 1 to 120, given 'fast'"),
        (("demo", "--size", "640"), "expected WIDTHxHEIGHT, even, from 160x120"),
        (("demo", "--size", "641x480"), "expected WIDTHxHEIGHT, even, from 160x120"),
        (("demo", "--size", "10x10"), "expected WIDTHxHEIGHT, even, from 160x120"),
        (("demo", "--video", "/nothing.mp4"), "/nothing.mp4: no such file"),
        (("demo", "--webcam", "/dev/video0", "--video", __file__), "not allowed with argument"),
        (("demo", "--fault", "explode"), "invalid choice: 'explode' (choose from 'none', 'stall'"),
        (("demo", "--auth", "none"), "invalid choice: 'none'"),
        (("demo", "-c", "x.yaml"), "unrecognized arguments: -c x.yaml"),
        (("up", "--log-level", "loud"), "invalid choice: 'loud'"),
    ],
)
def test_bad_usage(
    capsys: pytest.CaptureFixture[str], args: tuple[str, ...], expected: str
) -> None:
    code, lines = outcome(capsys, *args)
    assert code == 2
    assert expected in lines[-1]


@pytest.fixture
def quiet_logs() -> Iterator[None]:
    """Keep what the command line does to logging out of the other tests."""
    import logging  # noqa: PLC0415

    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("quiet_logs")
def test_an_open_demo_stays_on_this_machine(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = outcome(capsys, "demo", "--host", "0.0.0.0")
    assert code == 2
    assert lines == [
        "peerlens: --auth open is refused on --host 0.0.0.0: expected --auth token, or a loopback"
        " host such as 127.0.0.1"
    ]


@pytest.mark.usefixtures("quiet_logs")
def test_bad_configuration_is_one_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "peerlens.yaml"
    file.write_text("cameras:\n  front:\n    sorce: http://a/\n", "utf-8")
    code, lines = outcome(capsys, "up", "-c", str(file))
    assert code == 2
    assert lines == [
        f'peerlens: {file}:3: cameras.front.sorce: unknown key; did you mean "source"?'
    ]


@pytest.mark.usefixtures("quiet_logs")
def test_a_missing_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = outcome(capsys, "gateway", "-c", "/nothing.yaml")
    assert (code, lines) == (2, ["peerlens: /nothing.yaml: no such file"])


@pytest.mark.usefixtures("quiet_logs")
def test_the_environment_and_flags_reach_the_configuration(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen: list[SignalingConfig] = []

    async def keep(config: SignalingConfig) -> None:
        seen.append(config)

    monkeypatch.setattr(servers, "run_signaling", keep)
    monkeypatch.setenv("PEERLENS_HTTP__PORT", "1234")
    monkeypatch.chdir(tmp_path)
    flags = ("--set", "limits.connections=7", "--set", "limits.message_burst=8")
    assert outcome(capsys, "signaling", *flags) == (0, [])
    assert (seen[0].http.port, seen[0].limits.connections) == (1234, 7)
    assert seen[0].limits.message_burst == 8


@pytest.mark.usefixtures("quiet_logs")
def test_a_token_file_that_cannot_be_used_is_bad_configuration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "tokens.json").write_text("{}", "utf-8")
    (tmp_path / "tokens.json").chmod(0o644)
    code, lines = outcome(
        capsys,
        "signaling",
        "--set",
        "auth.mode=token",
        "--set",
        f"auth.state_dir={tmp_path}",
        "--log-level",
        "error",
    )
    assert code == 2
    assert lines == [
        f"peerlens: {TokenFileError(tmp_path / 'tokens.json', 'others can read it')}"
        " (mode 0644): chmod 600 it"
    ]


@pytest.mark.usefixtures("quiet_logs")
@pytest.mark.parametrize("level", ["info", "debug"])
def test_the_unexpected_is_one_line_and_a_traceback_only_when_asked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, level: str
) -> None:
    async def fail(config: SignalingConfig) -> None:
        raise RuntimeError("the wheels\ncame off, token=hunter2")

    monkeypatch.setattr(servers, "run_signaling", fail)
    assert cli.run(["signaling", "--log-level", level]) == 1
    error = capsys.readouterr().err
    assert error.splitlines()[0].endswith(
        "unexpected RuntimeError: the wheels came off, token=[redacted]"
    )
    assert ("Traceback" in error) == (level == "debug")
    assert "hunter2" not in error


# Real servers


@dataclass
class Server:
    """A running ``peerlens`` that said where it is."""

    process: asyncio.subprocess.Process
    url: str
    errors: list[str]

    async def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        async with asyncio.timeout(DEADLINE_S):
            return await self.process.wait()


@contextlib.asynccontextmanager
async def running(*args: str, cwd: Path) -> AsyncIterator[Server]:
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *args,
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout
    assert process.stderr
    server = Server(process, "", [])

    async def read_errors(stream: asyncio.StreamReader) -> None:
        async for line in stream:
            server.errors.append(line.decode())

    async def read_on(stream: asyncio.StreamReader) -> None:
        async for _ in stream:
            pass

    reading = [asyncio.create_task(read_errors(process.stderr))]
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not server.url:
                line = (await process.stdout.readline()).decode()
                assert line, "".join(server.errors)
                found = re.search(r"http://[0-9.]+:\d+", line)
                server.url = found[0] if found else ""
        reading.append(asyncio.create_task(read_on(process.stdout)))
        yield server
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await asyncio.gather(*reading)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_stops_when_asked(tmp_path: Path, number: signal.Signals) -> None:
    async with running("signaling", "--set", "http.port=0", cwd=tmp_path) as server:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{server.url}/healthz") as response,
        ):
            assert response.status == 200
        assert await server.stop(number) == 0
    assert "Traceback" not in "".join(server.errors)


@pytest.mark.parametrize(
    "args",
    [
        ("demo", "--size", "160x120", "--fps", "5"),
        ("up", "--set", "cameras.front.source=synthetic:"),
        (
            "gateway",
            "--set",
            "cameras.front.source=synthetic:",
            "--set",
            "signaling.url=ws://127.0.0.1:9/ws",
        ),
    ],
    ids=["demo", "up", "gateway"],
)
async def test_every_command_serves_its_cameras(tmp_path: Path, args: tuple[str, ...]) -> None:
    port = ("--port", "0") if args[0] == "demo" else ("--set", "http.port=0")
    async with running(*args, *port, cwd=tmp_path) as server:
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"{server.url}/front/snapshot.jpg") as response,
        ):
            assert response.status == 200
            assert (await response.read()).startswith(b"\xff\xd8")
        assert await server.stop(signal.SIGTERM) == 0
    assert "Traceback" not in "".join(server.errors)


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        result = peerlens(
            "signaling", "--log-level", "error", "--set", f"http.port={port}", cwd=tmp_path
        )
    assert result.returncode == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith(f"peerlens: cannot listen on 127.0.0.1:{port}: the port is in use")
