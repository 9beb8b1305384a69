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
    picture_viewers: Annotated[int, Field(ge=1)] = 256
    """Who sees pictures through signaling at once, over WebSockets or as MJPEG."""
    picture_viewers_per_address: Annotated[int, Field(ge=1)] = 64
    analyzers: Annotated[int, Field(ge=1)] = 64
    """Who takes pushed pictures over ``/ws/analyzer``, gateways among them."""
    pushing_cameras: Annotated[int, Field(ge=1)] = 64
    push_fps: Annotated[float, Field(gt=0)] = 60.0
    """Of each camera that pushes; more are left out."""
    max_picture_bytes: Annotated[int, Field(ge=1_024, le=16_000_000)] = 1_000_000
    relay_kbps_per_camera: Annotated[float, Field(gt=0)] | None = None
    """What the relay may carry of one camera's pictures, each way; None: as much as comes."""
    relay_kbps: Annotated[float, Field(gt=0)] | None = None
    """The same of all cameras together."""
