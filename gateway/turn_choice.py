"""Choosing the STUN and TURN address that works from where the gateway is.

aioice uses one of each. Which one that is must not be left to the order of a list: over a
network without UDP the first address is the one that does not work. So each address is asked
for a sign of life beforehand, over the transport that it names. What is known is used at once
and looked at again in the background.
"""

import asyncio
import contextlib
import logging
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from edge.turn_credentials import TurnUrl, parse_turn_url
from gateway.ice_plan import NO_SERVERS, Gathered, IcePlan, Relay
from gateway.lookups import Lookups
from gateway.turn_probe import probe
from protocol.messages import IceServer

logger = logging.getLogger(__name__)

WAIT_S, DIRECT_WAIT_S = 0.6, 0.2
"""An answer waits so long for what is not known yet: with a relay, and without."""
REFRESH_S, RETRY_S = 60.0, 5.0
"""What was found is looked at again after this: an address that worked, and one that did not."""
EAGER_RETRY_S = 0.5
"""The latter, where there is nothing else."""
MAX_KNOWN = 32
"""Addresses remembered: they come from the configuration and from signaling."""


class Transport(StrEnum):
    """How a TURN server is reached; the quickest comes first."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


def transport_of(url: TurnUrl) -> Transport:
    if url.transport == "udp":
        return Transport.UDP
    return Transport.TLS if url.secure else Transport.TCP


@dataclass
class _Known:
    """What is known of one address: ``host`` where it answered, or None. Not yet: ``asking``."""

    host: str | None = None
    found_s: float | None = None
    asking: asyncio.Task[None] | None = None

    @property
    def is_known(self) -> bool:
        return self.found_s is not None


class TurnChoice:
    """On the event loop only; whoever makes it closes it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[TurnUrl, _Known] = {}
        self._tls: ssl.SSLContext | None = None
        self._lookups = Lookups()
        self._closed = False
        self.allocations: Counter[tuple[Transport, bool]] = Counter()
        """Relayed addresses that were asked for, by transport and whether there was one."""

    async def close(self) -> None:
        """Stop asking."""
        self._closed = True
        tasks = [known.asking for known in self._known.values() if known.asking is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._lookups.close()

    @property
    def is_looking(self) -> bool:
        """Whether an address is being asked just now."""
        return any(known.asking is not None for known in self._known.values())

    @property
    def remembered(self) -> int:
        """How many addresses something is known of."""
        return len(self._known)

    def expect(self, servers: Iterable[IceServer]) -> None:
        """Find out about ``servers`` in the background, since they will be needed."""
        stun, relays = _addresses_of(servers)
        self._look(stun + [url for url, _ in relays])

    async def plan(self, servers: Sequence[IceServer], *, relay: bool) -> IcePlan:
        """Choose from ``servers``: STUN, and TURN if ``relay``. Takes at most `WAIT_S`."""
        stun, relays = _addresses_of(servers)
        relays = relays if relay else []
        urls = stun + [url for url, _ in relays]
        if not urls:
            return NO_SERVERS
        self._look(urls)
        end_s = self._clock() + (WAIT_S if relay else DIRECT_WAIT_S)
        relayed = await self._first([url for url, _ in relays], end_s, needed=True)
        # Whether UDP gets out at all was found out at the same time.
        reflexive = await self._first(stun, min(end_s, self._clock() + DIRECT_WAIT_S))
        if relayed is not None and relayed.transport != "udp" and not self._works(reflexive):
            reflexive = None
        return IcePlan(
            stun=self._stun(reflexive),
            relay=self._relay(relayed, dict(relays)[relayed]) if relayed is not None else None,
        )

    def report(self, plan: IcePlan, gathered: Gathered) -> None:
        """Learn from what came of ``plan``: what failed is not taken again before it answers."""
        if plan.relay is not None:
            transport = transport_of(plan.relay.url)
            self.allocations[transport, gathered.relayed] += 1
            if not gathered.relayed:
                logger.warning("= no relayed address from %s over %s", plan.relay.host, transport)
                self._doubt(lambda url: url == plan.relay.url if plan.relay else False)
        if plan.stun is not None and not gathered.reflexive:
            self._doubt(
                lambda url: (
                    url.transport == "udp" and plan.stun == (self._known[url].host, url.port)
                )
            )

    # What is known

    def _look(self, urls: Iterable[TurnUrl], retry_s: float = RETRY_S) -> None:
        if self._closed:
            return
        for url in urls:
            known = self._known.setdefault(url, _Known())
            if known.asking is None and self._is_old(known, retry_s):
                known.asking = asyncio.create_task(self._find(url, known), name=f"probe {url.host}")
        for url in list(self._known)[: max(0, len(self._known) - MAX_KNOWN)]:
            if self._known[url].asking is None:
                del self._known[url]

    def _is_old(self, known: _Known, retry_s: float) -> bool:
        if known.found_s is None:
            return True
        age_s = self._clock() - known.found_s
        return age_s > (REFRESH_S if known.host is not None else retry_s)

    async def _find(self, url: TurnUrl, known: _Known) -> None:
        try:
            if url.secure and self._tls is None:
                # Reading all the authorities' certificates takes some 30 ms.
                self._tls = await asyncio.to_thread(ssl.create_default_context)
            host = await probe(url, self._tls, lookups=self._lookups)
        except Exception:
            logger.exception("a server could not be asked for a sign of life")
            host = None
        finally:
            known.asking = None
        if (host is None) != (known.host is None) or not known.is_known:
            state = "answers" if host is not None else "does not answer"
            logger.info("= %s over %s %s", url.authority, transport_of(url), state)
        known.host, known.found_s = host, self._clock()

    def _doubt(self, is_meant: Callable[[TurnUrl], bool]) -> None:
        doubted = [url for url in self._known if is_meant(url)]
        for url in doubted:
            self._known[url].host, self._known[url].found_s = None, float("-inf")
        self._look(doubted)

    # Choosing

    async def _first(
        self, urls: Sequence[TurnUrl], end_s: float, *, needed: bool = False
    ) -> TurnUrl | None:
        """The first of ``urls`` that works, or at ``end_s`` the first that is known to.

        Where none is, the first of which nothing is known yet.
        """
        entries = [(url, self._known[url]) for url in urls if url in self._known]
        for url, known in entries:
            if not known.is_known:
                await self._answers(known, end_s)
            if known.host is not None:
                return url
        if needed:
            # None works, as far as is known: see whether that has changed.
            self._look(urls, EAGER_RETRY_S)
            for url, known in entries:
                if await self._answers(known, end_s):
                    return url
        return next((url for url, known in entries if not known.is_known), None)

    async def _answers(self, known: _Known, end_s: float) -> bool:
        if known.asking is not None:
            await asyncio.wait({known.asking}, timeout=max(0.0, end_s - self._clock()))
        return known.host is not None

    def _works(self, url: TurnUrl | None) -> bool:
        return url in self._known and self._known[url].host is not None

    def _host(self, url: TurnUrl) -> str:
        known = self._known.get(url)
        return (known.host if known is not None else None) or url.host

    def _stun(self, url: TurnUrl | None) -> tuple[str, int] | None:
        # aioice asks over IPv4 only.
        if url is None or ":" in self._host(url):
            return None
        return self._host(url), url.port

    def _relay(self, url: TurnUrl, login: IceServer) -> Relay:
        # The name is what the certificate is for.
        host = url.host if url.secure else self._host(url)
        tls = self._tls if url.secure else None
        return Relay(url, host, login.username or "", login.credential or "", tls)


def _addresses_of(
    servers: Iterable[IceServer],
) -> tuple[list[TurnUrl], list[tuple[TurnUrl, IceServer]]]:
    """Take the STUN addresses, and the TURN ones with their logins, the quickest transport first.

    TURN servers answer STUN as well. What the gateway cannot use (``stuns:``) is left out.
    """
    stun: list[TurnUrl] = []
    relays: list[tuple[TurnUrl, IceServer]] = []
    for server in servers:
        for text in server.urls:
            with contextlib.suppress(ValueError):
                if text.startswith("stun:"):
                    stun.append(parse_turn_url(f"turn:{text[5:]}"))
                elif text.startswith("turn"):
                    relays.append((parse_turn_url(text), server))
    order = list(Transport)
    relays.sort(key=lambda entry: order.index(transport_of(entry[0])))
    also_stun = [url for url, _ in relays if url.transport == "udp"]
    return list(dict.fromkeys(stun + also_stun)), relays
