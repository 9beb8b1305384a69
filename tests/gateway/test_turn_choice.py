"""Which TURN address is chosen, with a real coturn, and ports where nobody answers."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from edge.turn_credentials import TurnSettings, minted_ice_servers
from gateway.ice_plan import NO_SERVERS, Gathered, IcePlan
from gateway.turn_choice import MAX_KNOWN, Transport, TurnChoice, transport_of
from protocol.messages import IceServer
from tests.support.certificates import Certificates, certificates
from tests.support.clock import Clock
from tests.support.coturn import LOOPBACK, Coturn, coturn
from tests.support.polling import until

BOUND_S = 2.0
"""No plan takes longer, on a machine that does other things as well."""


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates(tmp_path_factory.mktemp("tls"), LOOPBACK)


@pytest.fixture(scope="module")
def running(issued: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coturn]:
    with coturn(tmp_path_factory.mktemp("turn"), tls=issued) as started:
        yield started


@contextlib.contextmanager
def silence() -> Iterator[int]:
    """A port that takes datagrams and connections, and says nothing."""
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_INET, socket.SOCK_STREAM) as stream,
    ):
        datagrams.bind((LOOPBACK, 0))
        port = int(datagrams.getsockname()[1])
        stream.bind((LOOPBACK, port))
        stream.listen()
        yield port


@pytest.fixture
async def choice() -> AsyncIterator[TurnChoice]:
    made = TurnChoice()
    yield made
    await made.close()
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("probe")]


def servers(running: Coturn, *urls: str) -> tuple[IceServer, ...]:
    turn = TurnSettings(urls=urls or tuple(running.urls()), secret=running.secret)
    return minted_ice_servers(turn, "test", time.time())


async def plan_of_all(given: tuple[IceServer, ...]) -> IcePlan:
    """What is chosen by somebody new who has looked at each."""
    choice = TurnChoice()
    choice.expect(given)
    await until(lambda: not choice.is_looking, "all to be looked at", 5.0)
    plan = await choice.plan(given, relay=True)
    await choice.close()
    return plan


async def test_udp_is_taken_where_it_works(running: Coturn, choice: TurnChoice) -> None:
    plan = await choice.plan(servers(running), relay=True)
    assert plan.stun == (LOOPBACK, running.port)
    assert plan.relay is not None
    assert transport_of(plan.relay.url) is Transport.UDP
    assert plan.relay.password not in repr(plan)


async def test_a_direct_attempt_needs_no_relay(running: Coturn, choice: TurnChoice) -> None:
    plan = await choice.plan(servers(running), relay=False)
    assert plan.stun == (LOOPBACK, running.port)
    assert plan.relay is None


async def test_without_udp_it_is_tcp_and_no_stun(running: Coturn, choice: TurnChoice) -> None:
    with silence() as port:
        given = servers(
            running,
            f"turns:{LOOPBACK}:{running.tls_port}",
            f"turn:{LOOPBACK}:{port}?transport=udp",
            f"turn:{LOOPBACK}:{running.port}?transport=tcp",
        )
        for _ in range(2):
            started_s = time.monotonic()
            plan = await choice.plan(given, relay=True)
            assert time.monotonic() - started_s < BOUND_S
            assert plan.stun is None
            assert plan.relay is not None
            assert transport_of(plan.relay.url) is Transport.TCP


async def test_tls_is_the_last_way_and_its_certificate_is_checked(
    running: Coturn, issued: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    with silence() as port:
        given = servers(
            running,
            f"turn:{LOOPBACK}:{port}?transport=udp",
            f"turn:{LOOPBACK}:{port}?transport=tcp",
            f"turns:{LOOPBACK}:{running.tls_port}",
        )
        for is_trusted in (False, True):
            if is_trusted:
                monkeypatch.setenv("SSL_CERT_FILE", str(issued.authority))
            plan = await plan_of_all(given)
            assert (plan.relay is not None) == is_trusted
            if plan.relay is not None:
                assert transport_of(plan.relay.url) is Transport.TLS
                assert plan.relay.tls is not None
                assert plan.relay.tls.check_hostname


async def test_where_nothing_answers_nothing_is_taken_and_nobody_waits_long(
    running: Coturn, choice: TurnChoice
) -> None:
    with silence() as port:
        given = servers(running, f"turn:{LOOPBACK}:{port}", f"turns:{LOOPBACK}:{port}")
        started_s = time.monotonic()
        await choice.plan(given, relay=True)
        assert time.monotonic() - started_s < BOUND_S
        await until(lambda: not choice.is_looking, "all to be looked at", 5.0)
        assert await choice.plan(given, relay=True) == NO_SERVERS


async def test_what_failed_is_not_taken_again_before_it_answers(
    running: Coturn, choice: TurnChoice
) -> None:
    given = servers(running)
    plan = await choice.plan(given, relay=True)
    choice.report(plan, Gathered(reflexive=True, relayed=False))
    other = await choice.plan(given, relay=True)
    assert other.relay is not None
    assert transport_of(other.relay.url) is Transport.TCP
    choice.report(other, Gathered(relayed=True))
    await until(lambda: not choice.is_looking, "another look", 5.0)
    again = await choice.plan(given, relay=True)
    assert again.relay is not None
    assert transport_of(again.relay.url) is Transport.UDP
    assert choice.allocations == {(Transport.UDP, False): 1, (Transport.TCP, True): 1}


async def test_a_server_that_comes_back_is_found(running: Coturn, tmp_path: Path) -> None:
    clock = Clock()
    choice = TurnChoice(clock)
    with coturn(tmp_path) as other:
        given = servers(other)
        port, secret = other.port, other.secret
    choice.expect(given)
    await until(lambda: not choice.is_looking, "a look", 5.0)
    assert await choice.plan(given, relay=True) == NO_SERVERS
    with coturn(tmp_path, port=port, secret=secret):
        clock.advance(60.0)
        choice.expect(given)
        await until(lambda: not choice.is_looking, "another look", 5.0)
        assert (await choice.plan(given, relay=True)).relay is not None
    await choice.close()


async def test_names_that_do_not_exist_and_addresses_of_others_are_left_out(
    choice: TurnChoice,
) -> None:
    given = (
        IceServer(("turn:no-such-host.invalid", "stuns:s.example", "turn:"), "a", "b"),
        IceServer(("stun:no-such-host.invalid:3478",)),
    )
    choice.expect(given)
    await until(lambda: not choice.is_looking, "a look", 5.0)
    assert await choice.plan(given, relay=True) == NO_SERVERS


async def test_no_server_no_plan(choice: TurnChoice) -> None:
    assert await choice.plan((), relay=True) == NO_SERVERS


async def test_it_does_not_remember_without_a_bound(choice: TurnChoice) -> None:
    for number in range(3 * MAX_KNOWN):
        choice.expect((IceServer((f"turn:{LOOPBACK}:{number + 1}?transport=tcp",), "a", "b"),))
        await until(lambda: not choice.is_looking, "a look", 5.0)
    assert choice.remembered <= MAX_KNOWN
