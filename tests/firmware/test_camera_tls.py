"""The camera's link over TLS: the real twin-camera, real certificates, real names."""

import asyncio
import contextlib
import datetime
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from edge.roles import Role
from protocol.messages import Join, Next
from tests.support.certificates import HOUR, Certificates, certificates
from tests.support.picture_client import Viewer
from tests.support.polling import until
from tests.support.signaling_server import SignalingServer, signaling_server
from tests.support.tls_front import tls_front
from tests.support.twin_camera import TwinCamera

pytestmark = pytest.mark.usefixtures("twin_camera")

HOST = "127.0.0.1"
DAY = datetime.timedelta(days=1)
UNTRUSTED = "the server's certificate is not signed by an authority that this device trusts"


@pytest.fixture
async def server() -> AsyncIterator[SignalingServer]:
    async with signaling_server(with_tokens=True) as running:
        yield running


@contextlib.asynccontextmanager
async def camera(
    server: SignalingServer,
    url: str,
    *arguments: str,
    environment: dict[str, str] | None = None,
) -> AsyncIterator[TwinCamera]:
    token = server.token(Role.DEVICE)
    assert token is not None
    secrets = {"PEERLENS_CAMERA_TOKEN": token, **(environment or {})}
    options = ("--url", url, "--id", "cam-1", "--size", "HVGA", "--mode", "push")
    async with TwinCamera(*options, *arguments, environment=secrets) as running:
        yield running


@contextlib.asynccontextmanager
async def secured(
    server: SignalingServer, folder: Path, issued: Certificates
) -> AsyncIterator[int]:
    """The server behind TLS; yields the port."""
    async with tls_front(str(server.url), folder, issued) as url:
        port = urlsplit(url).port
        assert port is not None
        yield port


@pytest.mark.parametrize("name", [HOST, "localhost"])
async def test_pushes_over_tls_to_an_address_or_a_name(
    server: SignalingServer, tmp_path: Path, name: str
) -> None:
    issued = certificates(tmp_path, "other.test", name)
    traffic = server.service.traffic_of("cam-1")
    async with secured(server, tmp_path, issued) as port:
        url = f"wss://{name}:{port}"
        async with camera(server, url, "--ca", str(issued.authority)) as running:
            await running.program.printed("^link up$")
            async with server.client.ws_connect("/ws/viewer") as socket_:
                looking = Viewer(socket_)
                await looking.say(Join("cam-1", token=server.token(Role.VIEWER)))
                for _ in range(5):
                    await looking.say(Next())
                    assert (await looking.picture()).data.startswith(b"\xff\xd8\xff")
            await until(lambda: traffic.pictures_in >= 40, "forty pictures")
            assert traffic.broken == 0


async def test_the_authorities_of_the_system_count_when_none_is_given(
    server: SignalingServer, tmp_path: Path
) -> None:
    issued = certificates(tmp_path, HOST)
    async with secured(server, tmp_path, issued) as port:
        trusted = {"SSL_CERT_FILE": str(issued.authority)}
        async with camera(server, f"wss://{HOST}:{port}", environment=trusted) as running:
            await running.program.printed("^link up$")


async def test_a_stranger_who_signed_for_the_right_name_is_refused(
    server: SignalingServer, tmp_path: Path
) -> None:
    """With the authorities of the system, and with another of one's own."""
    (tmp_path / "other").mkdir()
    other = certificates(tmp_path / "other", HOST)
    issued = certificates(tmp_path, HOST)
    async with secured(server, tmp_path, issued) as port:
        for arguments in ((), ("--ca", str(other.authority))):
            async with camera(server, f"wss://{HOST}:{port}", *arguments) as running:
                await running.program.printed(f"^link down {UNTRUSTED}$")
                assert running.status()["link"]["reason"] == UNTRUSTED
    assert server.service.traffic_of("cam-1").pictures_in == 0


@pytest.mark.parametrize(
    ("names", "begins_in", "ends_in", "reason"),
    [
        (("other.test",), -HOUR, DAY, f"is not made out for {HOST}"),
        (("127.0.0.2",), -HOUR, DAY, f"is not made out for {HOST}"),
        ((HOST,), -2 * DAY, -HOUR, "has expired, or this device's clock is wrong"),
        ((HOST,), HOUR, DAY, "is not valid yet, or this device's clock is wrong"),
    ],
)
async def test_a_wrong_certificate_is_refused_and_told(
    server: SignalingServer,
    tmp_path: Path,
    names: tuple[str, ...],
    begins_in: datetime.timedelta,
    ends_in: datetime.timedelta,
    reason: str,
) -> None:
    issued = certificates(tmp_path, *names, begins_in=begins_in, ends_in=ends_in)
    async with secured(server, tmp_path, issued) as port:
        url = f"wss://{HOST}:{port}"
        async with camera(server, url, "--ca", str(issued.authority)) as running:
            await running.program.printed(f"^link down the server's certificate {reason}$")


async def test_a_server_without_tls_is_told(server: SignalingServer) -> None:
    async with camera(server, f"wss://{HOST}:{server.url.port}") as running:
        await running.program.printed("^link down TLS handshake: ")


async def test_a_server_that_falls_silent_in_the_handshake_holds_up_nothing(
    server: SignalingServer,
) -> None:
    with socket.create_server((HOST, 0)) as silent:
        url = f"wss://{HOST}:{silent.getsockname()[1]}"
        async with camera(server, url) as running:
            loop = asyncio.get_running_loop()
            while not running.output[-1].startswith("link down"):
                asked = loop.time()
                await asyncio.to_thread(running.status)
                assert loop.time() - asked < 1.0
            assert running.output[-1] == "link down connecting took too long"


async def test_a_name_that_nobody_answers_for_holds_up_nothing(
    server: SignalingServer, tmp_path: Path
) -> None:
    """Looking a name up can take the system's resolver very long."""
    names = tmp_path / "resolv.conf"
    names.write_text("nameserver 127.9.9.9\n")
    own_file = f'mount --bind {names} /etc/resolv.conf && exec "$@"'
    inside = ("unshare", "--mount", "sh", "-c", own_file, "sh")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.9.9.9", 53))
        options = ("--url", "ws://camera.example.test:8080", "--size", "QVGA")
        async with TwinCamera(*options, inside=inside) as running:
            loop = asyncio.get_running_loop()
            while len([line for line in running.output if line.startswith("link down")]) < 2:
                asked = loop.time()
                await asyncio.to_thread(running.status)
                assert loop.time() - asked < 1.0
            assert "link down connecting took too long" in running.output
            assert "link down the look-up of an earlier name has not returned yet" in running.output
