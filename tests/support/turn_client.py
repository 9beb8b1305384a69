"""A TURN client that asks for anything, one request at a time, over UDP, TCP or TLS."""

import contextlib
import itertools
import socket
import ssl
import struct
from collections.abc import Iterator
from pathlib import Path

from aioice import stun
from aioice.turn import is_channel_data, make_integrity_key

from bench.network.namespaces import Namespace
from edge.turn_credentials import Credential
from tests.support.coturn import REALM

DEADLINE_S = 10.0
UDP, TCP = 17 << 24, 6 << 24
"""What to relay."""
CHANNEL = 0x4000
Address = tuple[str, int]
_PORTS = itertools.count(20_000)
"""In a namespace each client has a port that none had before: coturn remembers them for a while."""


class TurnClient:
    """One five-tuple towards a TURN server. Error codes are returned, 0 for success."""

    def __init__(self, connected: socket.socket, credential: Credential, realm: str) -> None:
        self._socket = connected
        self._socket.settimeout(DEADLINE_S)
        self._stream = connected.type == socket.SOCK_STREAM
        self.credential = credential
        self._realm = realm
        self._nonce = b""
        self.relayed: Address = ("", 0)
        self.lifetime_s = 0

    def close(self) -> None:
        self._socket.close()

    # Packets

    def send_bytes(self, data: bytes) -> None:
        self._socket.sendall(data)

    def read(self) -> bytes:
        """One message or one channel's data."""
        if not self._stream:
            return self._socket.recv(65_536)
        head = self._exactly(4)
        length = int.from_bytes(head[2:])
        if is_channel_data(head):
            return head + self._exactly(length + stun.padding_length(length))
        return head + self._exactly(16 + length)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            assert more, "the server closed the connection"
            data += more
        return data

    def ask_plainly(self, request: stun.Message) -> stun.Message:
        """Send ``request`` as it is; return its response, past data that comes meanwhile."""
        self.send_bytes(bytes(request))
        while True:
            data = self.read()
            if not is_channel_data(data):
                answer = stun.parse_message(data)
                if answer.transaction_id == request.transaction_id:
                    return answer

    # Requests

    def signed(self, method: stun.Method, attributes: dict[str, object]) -> stun.Message:
        """A request with the credential, for the nonce that is known."""
        username, password = self.credential
        request = stun.Message(method, stun.Class.REQUEST, attributes=dict(attributes))
        request.attributes |= {"USERNAME": username, "REALM": self._realm, "NONCE": self._nonce}
        request.add_message_integrity(make_integrity_key(username, self._realm, password))
        return request

    def ask(self, method: stun.Method, attributes: dict[str, object]) -> stun.Message:
        """Send a request with the credential, twice if the server has a new nonce for it."""
        response = self.ask_plainly(self.signed(method, attributes))
        # 401: the first nonce; 438: it went stale.
        if code_of(response) in (401, 438) and "NONCE" in response.attributes:
            self._nonce = response.attributes["NONCE"]
            response = self.ask_plainly(self.signed(method, attributes))
        return response

    def allocate(self, lifetime_s: int = 600, transport: int = UDP) -> int:
        response = self.ask(
            stun.Method.ALLOCATE, {"LIFETIME": lifetime_s, "REQUESTED-TRANSPORT": transport}
        )
        if code_of(response) == 0:
            self.relayed = response.attributes["XOR-RELAYED-ADDRESS"]
            self.lifetime_s = response.attributes["LIFETIME"]
        return code_of(response)

    def refresh(self, lifetime_s: int = 600) -> int:
        response = self.ask(stun.Method.REFRESH, {"LIFETIME": lifetime_s})
        if code_of(response) == 0:
            self.lifetime_s = response.attributes["LIFETIME"]
        return code_of(response)

    def permit(self, peer: str) -> int:
        attributes: dict[str, object] = {"XOR-PEER-ADDRESS": (peer, 9)}
        return code_of(self.ask(stun.Method.CREATE_PERMISSION, attributes))

    def bind(self, peer: Address, channel: int = CHANNEL) -> int:
        attributes: dict[str, object] = {"CHANNEL-NUMBER": channel, "XOR-PEER-ADDRESS": peer}
        return code_of(self.ask(stun.Method.CHANNEL_BIND, attributes))

    def indicate(self, data: bytes, peer: Address) -> None:
        """Send: has no answer, whatever happens."""
        attributes: dict[str, object] = {"XOR-PEER-ADDRESS": peer, "DATA": data}
        self.send_bytes(
            bytes(stun.Message(stun.Method.SEND, stun.Class.INDICATION, b"", attributes))
        )

    def send(self, data: bytes, channel: int = CHANNEL) -> None:
        padding = bytes(stun.padding_length(len(data))) if self._stream else b""
        self.send_bytes(struct.pack("!HH", channel, len(data)) + data + padding)

    def receive(self) -> bytes:
        """The next data from a bound channel."""
        while True:
            data = self.read()
            if is_channel_data(data):
                return data[4 : 4 + int.from_bytes(data[2:4])]


def code_of(response: stun.Message) -> int:
    return int(response.attributes.get("ERROR-CODE", (0, ""))[0])


@contextlib.contextmanager
def turn_client(
    server: Address,
    credential: Credential,
    *,
    inside: Namespace | None = None,
    stream: bool = False,
    authority: Path | None = None,
    context: ssl.SSLContext | None = None,
    realm: str = REALM,
) -> Iterator[TurnClient]:
    """Connect to ``server`` over UDP, or TCP (``stream``), or TLS trusting ``authority``."""
    family = socket.AF_INET6 if ":" in server[0] else socket.AF_INET
    over_tls = authority is not None or context is not None
    kind = socket.SOCK_STREAM if stream or over_tls else socket.SOCK_DGRAM
    with (
        inside.entered() if inside is not None else contextlib.nullcontext(),
        contextlib.ExitStack() as opening,
    ):
        plain = opening.enter_context(socket.socket(family, kind))
        plain.settimeout(DEADLINE_S)
        if inside is not None:
            plain.bind(("", next(_PORTS)))
        plain.connect(server)
        if over_tls:
            context = context or ssl.create_default_context(cafile=authority)
            plain = context.wrap_socket(plain, server_hostname=server[0])
        opening.pop_all()
    client = TurnClient(plain, credential, realm)
    try:
        yield client
    finally:
        client.close()
