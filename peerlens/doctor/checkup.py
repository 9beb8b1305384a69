"""One check-up: what is looked at, in which order, and for how long."""

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from edge.roles import Role
from gateway.settings import UplinkSettings
from peerlens.config import GatewayConfig, SignalingConfig
from peerlens.doctor import (
    browsers,
    call,
    cameras,
    clock,
    ice_servers,
    nat,
    port,
    running,
    signaling,
    subject,
    turn,
    turn_clock,
)
from peerlens.doctor.finding import Finding, Level, warning
from peerlens.doctor.http_client import http_client
from peerlens.doctor.ice_servers import IceServers
from peerlens.doctor.redaction import cleaner, secrets_in
from peerlens.doctor.report import Report, cleaned, ordered
from peerlens.doctor.running import KnownTokens, RunningServer
from peerlens.doctor.signaling_link import LinkReading, read_link
from peerlens.doctor.stun_client import read_stun
from peerlens.doctor.subject import Subject
from peerlens.doctor.turn_client import Trouble, TurnReading, read_relay, read_turn
from protocol import VERSION
from protocol.messages import Hello, IceServer, RegisterGateway

logger = logging.getLogger(__name__)

LONGEST_S = 18.5
"""Everything together."""
CALLED = "a gateway started for this"


class Checkup:
    """Looks at one subject. Single use.

    ``public_url`` is where browsers find the server, when that is elsewhere than where it listens.
    ``clock_s`` is this machine's wall clock.
    """

    def __init__(
        self,
        examined: Subject,
        *,
        public_url: URL | None = None,
        clock_s: Callable[[], float] = time.time,
    ) -> None:
        self._subject = examined
        self._config = examined.config
        self._public_url = public_url
        self._clock_s = clock_s
        self._deadline_s = 0.0
        self._secrets = secrets_in(examined.config)
        self._findings: list[Finding] = []
        # New each time: TURN servers count by name, and forget slowly.
        self._name = f"doctor-{secrets.token_hex(8)}"

    async def run(self) -> Report:
        """Look at everything; ends within LONGEST_S."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        self._deadline_s = began_s + LONGEST_S
        self._findings += subject.judge(self._subject)
        tokens = running.read_tokens(self._config.auth)
        self._secrets |= set(tokens.by_role.values())
        self._findings += running.judge_tokens(tokens)
        if not isinstance(self._config, GatewayConfig):
            self._findings += browsers.judge(self._config.http, self._has_http_cameras)
        async with http_client() as session:
            server = await self._look_at_port(session, tokens)
            await asyncio.gather(
                self._timed("cameras and call", self._pictures(session, server, tokens)),
                self._timed("signaling, STUN and TURN", self._network(session, server, tokens)),
            )
        findings = cleaned(ordered(self._findings), cleaner(self._secrets))
        return Report(self._subject.words, findings, loop.time() - began_s)

    @property
    def _has_http_cameras(self) -> bool:
        config = self._config
        if isinstance(config, SignalingConfig):
            return False
        return any(each.source.lower().startswith("http:") for each in config.cameras.values())

    async def _timed(self, what: str, look: Awaitable[None]) -> None:
        """Let ``look`` add its findings until time is up; a defect of one costs not the others."""
        try:
            async with asyncio.timeout_at(self._deadline_s):
                await look
        except TimeoutError:
            self._findings.append(
                warning(
                    "doctor.no-time",
                    f"there was no time for all of {what}",
                    "what is missing above was not looked at",
                    "run the doctor again when the machine is less busy, or with fewer cameras",
                )
            )
        except Exception as error:
            logger.exception("a check failed unexpectedly")
            self._findings.append(
                warning(
                    "doctor.failed",
                    f"the check of {what} failed unexpectedly: {type(error).__name__}: {error}",
                    "what is missing above was not looked at",
                    "run it again with --log-level debug and report the defect",
                )
            )

    # The server itself

    async def _look_at_port(
        self, session: ClientSession, tokens: KnownTokens
    ) -> RunningServer | None:
        reading = await port.read_port(session, self._config.http)
        self._findings += port.judge(reading)
        if reading.serving is None:
            return None
        server = await running.read_running(
            session, reading.serving, tokens.by_role.get(Role.VIEWER)
        )
        self._findings += running.judge(server)
        return server

    # Cameras, and a call for one

    async def _pictures(
        self, session: ClientSession, server: RunningServer | None, tokens: KnownTokens
    ) -> None:
        viewer = tokens.by_role.get(Role.VIEWER)
        if isinstance(self._config, SignalingConfig):
            if server is not None and server.cameras is not None:
                self._findings += cameras.judge_listing(server.cameras)
                await self._call_first(session, server, viewer, "camera.registered")
            return
        known = self._config.cameras
        pushed_to = self._signaling_of_pushers(server, tokens)
        await cameras.look_at_cameras(known, server, viewer, pushed_to, self._findings.extend)
        good = self._good("camera.pictures")
        if server is not None and server.refused is None and good:
            await self._call_first(session, server, viewer, "camera.pictures")
            return
        camera = next((each for each in good if not cameras.pushes(known[each])), None)
        if camera is None:
            reading = await call.call_own(call.TEST_CAMERA_ID, call.TEST_CAMERA)
        else:
            reading = await call.call_own(camera, known[camera])
        self._findings += call.judge(reading, CALLED)

    def _signaling_of_pushers(
        self, server: RunningServer | None, tokens: KnownTokens
    ) -> UplinkSettings | None:
        """Where the pictures of cameras are that push them; None where nothing runs."""
        if isinstance(self._config, GatewayConfig):
            return self._config.signaling
        if server is None:
            return None
        url = str(server.url.with_scheme("ws") / "ws")
        return UplinkSettings(url=url, token=tokens.by_role.get(Role.GATEWAY))

    async def _call_first(
        self, session: ClientSession, server: RunningServer, token: str | None, finding_id: str
    ) -> None:
        for camera in self._good(finding_id)[:1]:
            reading = await call.call_server(session, server.url, camera, token)
            self._findings += call.judge(reading, "the running server")

    def _good(self, finding_id: str) -> list[str]:
        """The cameras with this finding."""
        found = [each for each in self._findings if each.id == finding_id]
        return [str(each.figures["camera"]) for each in found]

    # The network

    async def _network(
        self, session: ClientSession, server: RunningServer | None, tokens: KnownTokens
    ) -> None:
        handed_out: tuple[IceServer, ...] = ()
        for link in await self._links(session, server, tokens):
            self._findings += signaling.judge(link)
            if server is None or link.url.host != server.url.host:
                self._findings += clock.judge(link.health.clock_offset_s, str(link.url.host))
            handed_out += link.ice_servers
        if server is not None:
            handed_out += tuple(_ice_server(each) for each in server.ice_servers)
        self._secrets |= {each.credential for each in handed_out if each.credential}
        servers = ice_servers.servers_of(
            self._config.webrtc, handed_out, self._name, self._clock_s()
        )
        self._findings += ice_servers.judge(servers)
        await self._ice(servers)

    async def _links(
        self, session: ClientSession, server: RunningServer | None, tokens: KnownTokens
    ) -> list[LinkReading]:
        wanted: list[tuple[URL, Hello | RegisterGateway, str | None]] = []
        hello = Hello(VERSION, tokens.by_role.get(Role.VIEWER))
        if isinstance(self._config, GatewayConfig):
            # Under an id of our own and without cameras, so that it throws nobody out.
            uplink = self._config.signaling
            introduction = RegisterGateway(self._name, (), token=uplink.token)
            wanted.append((URL(uplink.url), introduction, None))
        elif server is not None and server.refused is None:
            wanted.append((server.url.with_scheme("ws") / "ws", hello, None))
        if self._public_url is not None:
            scheme = "wss" if self._public_url.scheme in ("https", "wss") else "ws"
            url = self._public_url.with_scheme(scheme) / "ws"
            wanted.append((url, hello, str(self._public_url.origin())))
        now_s = self._clock_s()
        links = (read_link(session, *each, now_s) for each in wanted)
        return list(await asyncio.gather(*links))

    async def _ice(self, servers: IceServers) -> None:
        seen, readings = await asyncio.gather(
            read_stun(ice_servers.askable(servers)),
            asyncio.gather(*(read_turn(each) for each in servers.turn)),
        )
        working = [each.server for each in readings if each.took_ms is not None]
        self._findings += nat.judge_stun(seen)
        self._findings += nat.judge(seen, has_turn=bool(working))
        on_time = await self._turn_clock(readings)
        self._findings += on_time
        found = turn.judge(readings, self._clock_s())
        if any(each.level is not Level.OK for each in on_time):
            # It is the clock that makes credentials wrong, and one finding says so.
            found = [each for each in found if each.id != "turn.credentials"]
        self._findings += found
        if relay := ice_servers.best_relay(working):
            self._findings += turn.judge_relay(await read_relay(relay, turn.FORBIDDEN_PEERS))

    async def _turn_clock(self, readings: Iterable[TurnReading]) -> list[Finding]:
        settings = self._config.webrtc.turn
        if settings is None:
            return []
        reached = [
            each.server
            for each in readings
            if (each.took_ms is not None or each.trouble is Trouble.CREDENTIALS)
            and each.server.url.text in settings.urls
        ]
        if (best := ice_servers.best_relay(reached)) is None:
            return []
        reading = await turn_clock.read_turn_clock(best.url, settings, self._name, self._clock_s)
        return turn_clock.judge(reading)


def _ice_server(wire: Any) -> IceServer:
    return IceServer(tuple(wire.get("urls", ())), wire.get("username"), wire.get("credential"))


async def check_up(
    examined: Subject,
    *,
    public_url: URL | None = None,
    clock_s: Callable[[], float] = time.time,
) -> Report:
    """Look at ``examined`` and report."""
    return await Checkup(examined, public_url=public_url, clock_s=clock_s).run()
