import pytest

from edge.auth import Role
from protocol.close_codes import GOING_AWAY
from protocol.messages import Hello, Offer, RegisterGateway
from signaling.effects import Close, Outgoing
from signaling.service import SignalingService
from tests.support.clock import Clock
from tests.support.polling import until
from tests.support.signaling_server import FRONT


class Link:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.closed: Close | None = None

    def deliver(self, message: Outgoing, text: str) -> bool:
        self.texts.append(text)
        return True

    def close(self, close: Close) -> None:
        self.closed = close


def gateway_of(service: SignalingService) -> tuple[str, Link]:
    link = Link()
    conn = service.arrive(link, "198.51.100.1")
    service.introduce(conn, RegisterGateway("home", (FRONT,)), Role.GATEWAY)
    return conn, link


def browser_of(service: SignalingService) -> tuple[str, Link]:
    link = Link()
    conn = service.arrive(link, "192.0.2.1")
    service.introduce(conn, Hello(), Role.VIEWER)
    return conn, link


async def test_it_is_ready_while_it_runs() -> None:
    service = SignalingService()
    assert service.ready() is not None
    async with service:
        assert service.ready() is None
    assert service.ready() is not None


async def test_leaving_closes_every_link() -> None:
    async with SignalingService() as service:
        _, link = browser_of(service)
    assert link.closed is not None
    assert link.closed.code == GOING_AWAY


async def test_time_passes() -> None:
    clock = Clock()
    async with SignalingService(clock=clock) as service:
        _, gateway = gateway_of(service)
        conn, browser = browser_of(service)
        service.receive(conn, Offer("s1", "front", "v=0"))
        clock.advance(16.0)
        await until(lambda: "timed out" in browser.texts[-1], "the bye")
        assert "timed out" in gateway.texts[-1]


async def test_a_defect_does_not_stop_time(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[float] = []

    def expire(now: float) -> None:
        calls.append(now)
        raise RuntimeError("a defect")

    async with SignalingService() as service:
        monkeypatch.setattr(service.broker, "expire", expire)
        await until(lambda: len(calls) >= 2, "a second try")
        assert service.ready() is None
    assert "a defect" in caplog.text


async def test_news_for_everybody_are_written_once() -> None:
    clock = Clock()
    service = SignalingService(clock=clock)
    links = [browser_of(service)[1] for _ in range(3)]
    clock.advance(1.0)
    gateway_of(service)
    newest = {id(link.texts[-1]) for link in links}
    assert len(newest) == 1
