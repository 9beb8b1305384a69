"""The first message of a link, and messages in general: from JSON to who said what."""

from contextlib import ExitStack
from typing import cast

from edge.auth import Authenticator
from edge.device_gate import DeviceRefused
from edge.problems import Problem
from edge.roles import Role
from protocol import VERSION
from protocol.codec import MAX_MESSAGE_BYTES, from_wire, parse, size_of
from protocol.messages import (
    BoardToGateway,
    Hello,
    Introduction,
    Join,
    RegisterBoard,
    RegisterCamera,
    RegisterGateway,
    RelayedToGateway,
)
from signaling.broker import FirstMessage, Incoming
from signaling.errors import LinkRefused

_ANONYMOUS: dict[type[FirstMessage], Role] = {
    Hello: Role.ADMIN,
    RegisterGateway: Role.GATEWAY,
    RegisterCamera: Role.DEVICE,
    RegisterBoard: Role.DEVICE,
    Join: Role.ADMIN,
}
"""What an open server takes somebody for who introduces itself like this."""


def read(text: str) -> Incoming:
    """Decode any message.

    Raises :class:`LinkRefused` ``message-too-large``, or a ``ProtocolError``.
    """
    bounded_bytes(text)
    return cast(Incoming, from_wire(parse(text), Incoming))


def read_first(text: str) -> Introduction:
    """Decode a first message.

    The version is looked at before anything else, since other versions have other fields.
    Raises as `read`, and :class:`LinkRefused` ``unsupported-version`` or
    ``unexpected-message``.
    """
    message = _read_first(text, Incoming)
    if not isinstance(message, Hello | RegisterCamera | RegisterGateway):
        raise LinkRefused("unexpected-message", "expected hello or register first")
    return message


def read_board(text: str) -> RegisterBoard:
    """Decode the first message of a control board; as `read_first`."""
    message = _read_first(text, BoardToGateway)
    if not isinstance(message, RegisterBoard):
        raise LinkRefused("unexpected-message", "expected register first")
    return message


def read_driver(text: str) -> Join:
    """Decode the first message of a driver; as `read_first`."""
    message = _read_first(text, RelayedToGateway)
    if not isinstance(message, Join):
        raise LinkRefused("unexpected-message", "expected join first")
    return message


def _read_first(text: str, direction: object) -> object:
    bounded_bytes(text)
    wire = parse(text)
    version = wire.get("v", VERSION)
    if isinstance(version, int) and version is not True and version != VERSION:
        raise LinkRefused("unsupported-version", f"v: expected {VERSION}")
    return from_wire(wire, direction)


def bounded_bytes(text: str) -> int:
    """Return the size of ``text`` in bytes. Raises :class:`LinkRefused` ``message-too-large``."""
    size = size_of(text)
    if size > MAX_MESSAGE_BYTES:
        raise LinkRefused("message-too-large", f"expected at most {MAX_MESSAGE_BYTES} bytes")
    return size


async def admitted(
    message: FirstMessage,
    authenticator: Authenticator,
    address: str,
    stack: ExitStack,
    kind: str = "device",
) -> Role:
    """Return the role that the message's token gives.

    A device of ``kind`` is connected, for the authenticator, until ``stack`` ends. Raises
    :class:`LinkRefused` ``unauthorized``, after a delay where the token was a guess, ``forbidden``
    or ``device-taken``.
    """
    anonymous = _ANONYMOUS[type(message)]
    try:
        bearer = await authenticator.bearer_of_token(message.token, address, anonymous=anonymous)
    except Problem as problem:
        raise LinkRefused("unauthorized", problem.detail) from problem
    if isinstance(message, RegisterCamera | RegisterBoard) and bearer.role is Role.DEVICE:
        try:
            stack.enter_context(
                authenticator.devices.entered(kind, message.device_id, bearer.device, address)
            )
        except DeviceRefused as refused:
            raise LinkRefused(refused.slug, str(refused)) from refused
    return bearer.role
