"""The port of the server: is it free, is Peerlens there already, or somebody else?"""

import errno
from dataclasses import dataclass

from aiohttp import ClientSession, web
from yarl import URL

from edge.errors import ListenError
from edge.server import serving
from edge.settings import HttpSettings
from peerlens.doctor.finding import Finding, ok, problem
from peerlens.doctor.http_client import get

_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@dataclass(frozen=True, slots=True)
class PortReading:
    """``serving`` is where a Peerlens answers already. ``refused``: why the port cannot be had."""

    host: str
    port: int
    serving: URL | None = None
    refused: str | None = None
    refused_errno: int | None = None


async def read_port(session: ClientSession, http: HttpSettings) -> PortReading:
    """Ask whoever is there, and else try to listen for a moment."""
    if http.port == 0:
        return PortReading(http.host, 0)
    url = own_url(http)
    if (await get(session, url / "healthz")).is_peerlens:
        return PortReading(http.host, http.port, serving=url)
    try:
        async with serving(web.Application(), http, stop_timeout_s=0.5):
            return PortReading(http.host, http.port)
    except ListenError as error:
        cause = error.__cause__
        number = cause.errno if isinstance(cause, OSError) else None
        return PortReading(http.host, http.port, refused=error.reason, refused_errno=number)


def own_url(http: HttpSettings) -> URL:
    """Return the address by which this machine reaches its own server."""
    host = _EVERYWHERE.get(http.host, http.host)
    return URL.build(scheme="http", host=host, port=http.port)


def judge(reading: PortReading) -> list[Finding]:
    """Say whether the server has, or can have, its port."""
    where = f"{reading.host}:{reading.port}"
    if reading.port == 0:
        return [ok("port.any", "any free port will do (http.port is 0)")]
    if reading.serving is not None:
        what = f"a Peerlens answers at {reading.serving}"
        return [ok("port.serving", what, port=reading.port)]
    if reading.refused is None:
        return [ok("port.free", f"{where} is free for Peerlens to listen on", port=reading.port)]
    why = "Peerlens cannot start"
    if reading.refused_errno == errno.EADDRINUSE:
        return [
            problem(
                "port.taken",
                f"another program has {where}, and it is not Peerlens",
                why,
                f"find it with `ss -ltnp sport = :{reading.port}` and stop it, or choose another"
                " http.port",
                port=reading.port,
            )
        ]
    if reading.refused_errno == errno.EADDRNOTAVAIL:
        return [
            problem(
                "port.no-such-address",
                f"this machine does not have the address {reading.host}",
                why,
                "set http.host to one of those that `ip addr` shows, or to 0.0.0.0 for all",
                port=reading.port,
            )
        ]
    return [
        problem(
            "port.refused",
            f"cannot listen on {where}: {reading.refused}",
            why,
            "choose another http.host or http.port",
            port=reading.port,
        )
    ]
