"""The first message of a link, and messages in general: from JSON to who said what."""

from typing import cast

from edge.auth import Authenticator
from edge.problems import Problem
from edge.roles import Role
from protocol import VERSION
from protocol.codec import MAX_MESSAGE_BYTES, from_wire, parse
from protocol.messages import Hello, Introduction, RegisterCamera, RegisterGateway
from signaling.broker import Incoming
from signaling.errors import LinkRefused

_ANONYMOUS: dict[type[Introduction], Role] = {
    Hello: Role.ADMIN,
    RegisterGateway: Role.GATEWAY,
    RegisterCamera: Role.DEVICE,
}
"""What an open server takes somebody for who introduces itself like this."""


def read(text: str) -> Incoming:
    """Decode any message.

    Raises :class:`LinkRefused` ``message-too-large``, or a ``ProtocolError``.
    """
    return cast(Incoming, from_wire(parse(_bounded(text)), Incoming))


def read_first(text: str) -> Introduction:
    """Decode a first message.

    The version is looked at before anything else, since other versions have other fields.
    Raises as `read`, and :class:`LinkRefused` ``unsupported-version`` or
    ``unexpected-message``.
    """
    wire = parse(_bounded(text))
    version = wire.get("v", VERSION)
    if isinstance(version, int) and version is not True and version != VERSION:
        raise LinkRefused("unsupported-version", f"v: expected {VERSION}")
    message = cast(Incoming, from_wire(wire, Incoming))
    if not isinstance(message, Hello | RegisterCamera | RegisterGateway):
        raise LinkRefused("unexpected-message", "expected hello or register first")
    return message


def _bounded(text: str) -> str:
    # Characters are at most four bytes: most messages need no second look.
    if len(text) * 4 > MAX_MESSAGE_BYTES and (
        len(text.encode("utf-8", "surrogatepass")) > MAX_MESSAGE_BYTES
    ):
        raise LinkRefused("message-too-large", f"expected at most {MAX_MESSAGE_BYTES} bytes")
    return text


async def role_of(message: Introduction, authenticator: Authenticator, address: str) -> Role:
    """Return the role that the message's token gives.

    Raises :class:`LinkRefused` ``unauthorized``, after a delay where the token was a guess.
    """
    anonymous = _ANONYMOUS[type(message)]
    try:
        return await authenticator.role_of_token(message.token, address, anonymous=anonymous)
    except Problem as problem:
        raise LinkRefused("unauthorized", problem.detail) from problem
