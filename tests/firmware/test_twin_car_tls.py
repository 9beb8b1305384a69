"""The control board over wss://: the server is who it says it is, or there is no link."""

import ssl
from pathlib import Path

from tests.firmware.board_gateway import board_gateway, sending
from tests.firmware.twin import running
from tests.support.certificates import Certificates, certificates
from tests.support.polling import until


def server_side(made: Certificates) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    return context


async def test_drives_over_tls_and_comes_back(twin_car: Path, tmp_path: Path) -> None:
    made = certificates(tmp_path, "127.0.0.1")
    async with (
        board_gateway(server_side(made)) as gateway,
        running(twin_car, gateway.url, "--ca", str(made.authority)) as twin,
        sending(gateway) as commands,
    ):
        await twin.reaches("armed")
        commands.throttle = 0.5
        await until(lambda: twin.now.throttle == 0.5, "throttle")
        gateway.cut()
        assert (await twin.leaves_throttle()).neutral
        await until(lambda: gateway.links == 2, "the second link")
        commands.throttle = 0.0
        await twin.reaches("armed")


async def test_a_server_that_nobody_vouches_for_hears_nothing(
    twin_car: Path, tmp_path: Path
) -> None:
    made = certificates(tmp_path, "127.0.0.1")
    (tmp_path / "token").write_text("s3cret", "utf-8")
    token = ("--token-file", str(tmp_path / "token"))
    async with (
        board_gateway(server_side(made)) as gateway,
        running(twin_car, gateway.url, *token) as twin,
    ):
        await twin.prints("link down ")
        assert "link up" not in twin.lines
        assert not gateway.received


async def test_a_certificate_of_another_name_is_refused(twin_car: Path, tmp_path: Path) -> None:
    made = certificates(tmp_path, "gateway.example")
    async with (
        board_gateway(server_side(made)) as gateway,
        running(twin_car, gateway.url, "--ca", str(made.authority)) as twin,
    ):
        await twin.prints("link down ")
        assert "link up" not in twin.lines
        assert not gateway.received


async def test_a_server_without_tls_is_no_server(twin_car: Path) -> None:
    async with (
        board_gateway() as gateway,
        running(twin_car, gateway.url.replace("ws:", "wss:")) as twin,
    ):
        await twin.prints("link down ")
        assert not gateway.received
