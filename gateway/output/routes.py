"""``GET /api/outputs``: what is published where, and whether it gets there."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from edge.auth import AUTHENTICATOR
from edge.roles import Role
from gateway.output.output import Output
from gateway.output.outputs import Outputs
from protocol.codec import to_wire
from protocol.messages import Delivery


@dataclass(frozen=True)
class OutputInfo:
    """One output. ``url`` is without what may be secret, ``since`` (RFC 3339) is that of the state.

    ``detail`` says why it is not live, ``delivery`` is that of the session of this moment.
    """

    camera: str
    output: int
    url: str
    state: str
    since: str
    attempts: int
    packets: int
    bytes: int
    detail: str | None = None
    delivery: Delivery | None = None


def output_routes(outputs: Outputs) -> list[web.RouteDef]:
    """Return ``GET /api/outputs``: a JSON array of OutputInfo, by camera; role admin."""

    async def listed(request: web.Request) -> web.Response:
        await request.app[AUTHENTICATOR].require(request, Role.ADMIN)
        return web.json_response(
            [to_wire(_info(output)) for output in outputs.all],
            headers={"Cache-Control": "no-store"},
        )

    return [web.get("/api/outputs", listed)]


def _info(output: Output) -> OutputInfo:
    lifecycle, counts, delivery = output.lifecycle, output.counts, output.delivery
    since = datetime.fromtimestamp(lifecycle.since_s, UTC)
    return OutputInfo(
        camera=output.camera.id,
        output=output.number,
        url=output.shown,
        state=lifecycle.state.value,
        since=since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        attempts=output.attempts,
        packets=counts.packets,
        bytes=counts.payload_bytes,
        detail=lifecycle.detail,
        delivery=delivery.as_message() if delivery is not None else None,
    )
