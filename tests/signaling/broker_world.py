"""A broker under a clock, and what its links were sent."""

from collections import defaultdict

from edge.auth import Role
from edge.ice_servers import IceServerIssuer, IceServerSettings, IceSettings
from edge.turn_credentials import TurnSettings
from protocol.messages import CameraInfo, Error, Hello, RegisterCamera, RegisterGateway
from signaling.broker import Broker, Incoming
from signaling.effects import Close, Effect, Outgoing, Send
from signaling.relays import Introducing
from signaling.settings import SignalingLimits
from tests.support.clock import Clock

FRONT = CameraInfo("front", "Front", "live")


class World:
    """Plays the part of the sockets: keeps what each link got, and which are open.

    Checks on the way that every effect is about an open link.
    """

    def __init__(
        self, limits: SignalingLimits | None = None, turn: TurnSettings | None = None
    ) -> None:
        self.clock = Clock()
        servers = IceSettings(
            ice_servers=(IceServerSettings(urls=("stun:stun.example",)),), turn=turn
        )
        self.broker = Broker(limits, ice_servers=IceServerIssuer(servers, self.clock))
        self.open: set[str] = set()
        self.got: dict[str, list[Outgoing]] = defaultdict(list)
        self.closed: dict[str, Close] = {}
        self.recipients: set[str] = set()

    def do(self, effects: list[Effect]) -> None:
        self.recipients = set()
        for effect in effects:
            assert effect.conn in self.open, f"{effect} is about a link that is not open"
            if isinstance(effect, Send):
                self.got[effect.conn].append(effect.message)
                self.recipients.add(effect.conn)
            else:
                self.open.remove(effect.conn)
                self.closed[effect.conn] = effect

    def connect(self, conn: str, address: str = "192.0.2.1", *, transient: bool = False) -> None:
        self.open.add(conn)
        self.do(self.broker.connected(conn, address, self.clock(), transient=transient))

    def browser(
        self,
        conn: str,
        address: str = "192.0.2.1",
        role: Role = Role.VIEWER,
        *,
        transient: bool = False,
    ) -> None:
        self.connect(conn, address, transient=transient)
        self.do(self.broker.introduced(conn, Hello(), role, self.clock()))

    def gateway(
        self,
        conn: str,
        *cameras: CameraInfo,
        gateway_id: str = "home",
        boards: tuple[str, ...] = (),
    ) -> None:
        self.connect(conn, "198.51.100.1")
        message = RegisterGateway(gateway_id, cameras, boards=boards)
        self.do(self.broker.introduced(conn, message, Role.GATEWAY, self.clock()))

    def device(self, conn: str, url: str = "http://192.168.0.20/stream") -> None:
        self.connect(conn, "198.51.100.2")
        message = RegisterCamera("cam-1", url)
        self.do(self.broker.introduced(conn, message, Role.DEVICE, self.clock()))

    def relayed(
        self, conn: str, message: Introducing, role: Role, address: str = "192.0.2.1"
    ) -> None:
        self.connect(conn, address)
        self.do(self.broker.introduced(conn, message, role, self.clock()))

    def say(self, conn: str, message: Incoming) -> None:
        self.do(self.broker.received(conn, message, self.clock()))

    def leave(self, conn: str) -> None:
        self.open.discard(conn)
        self.do(self.broker.disconnected(conn, self.clock()))

    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.do(self.broker.expire(self.clock()))

    def take(self, conn: str) -> list[Outgoing]:
        """Return what ``conn`` was sent since the last time."""
        return self.got.pop(conn, [])

    def problem(self, conn: str) -> tuple[str, str | None]:
        """Return the slug and session of the one `error` that ``conn`` was sent."""
        [error] = self.take(conn)
        assert isinstance(error, Error)
        return error.problem.removeprefix("urn:peerlens:problem:"), error.session
