"""Settings of the signaling server."""

from typing import Annotated

from pydantic import Field

from edge.settings import Frozen


class SignalingLimits(Frozen):
    """Bounds that keep one client from costing the others."""

    connections: Annotated[int, Field(ge=1)] = 5_000
    connections_per_address: Annotated[int, Field(ge=1)] = 256
    sessions_per_connection: Annotated[int, Field(ge=1)] = 32
    sessions_per_address: Annotated[int, Field(ge=1)] = 256
    messages_per_s: Annotated[float, Field(gt=0)] = 50.0
    message_burst: Annotated[int, Field(ge=1)] = 200
    hello_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    heartbeat_s: Annotated[float, Field(gt=0.1)] = 5.0
    negotiation_timeout_s: Annotated[float, Field(gt=0)] = 15.0
    relays: Annotated[int, Field(ge=1)] = 256
    """Boards and drivers that are carried to their gateways, all together."""
    relays_per_address: Annotated[int, Field(ge=1)] = 32
    relay_messages_per_s: Annotated[float, Field(gt=0)] = 200.0
    """Each way of each relay."""
    relay_message_burst: Annotated[int, Field(ge=1)] = 400
    call_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    """How long a gateway that was called has to come."""
