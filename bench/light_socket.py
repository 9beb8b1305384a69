"""UDP sockets that cost next to nothing: the kernel drops most media and says how much.

A classic BPF filter lets through what is not RTP, and of RTP only packets with the marker bit:
the last one of each frame. With each datagram the kernel says how many it has dropped on that
socket before (``SO_RXQ_OVFL``), and a dropped packet had arrived. Linux only.
"""

import asyncio
import contextlib
import ctypes
import select
import socket
import struct
from collections.abc import Callable
from typing import Any

from bench.rtp_counter import RtpCounter

SO_ATTACH_FILTER = 26
SO_RXQ_OVFL = 40
RECEIVE_BUFFER_BYTES = 1 << 18
BUFFER_BYTES = 4_096
READS_AT_ONCE = 64
"""Datagrams of one socket that are read before others have their turn."""

_LOAD_BYTE, _AND, _JUMP_EQUAL, _JUMP_SET, _RETURN = 0x30, 0x54, 0x15, 0x45, 0x06
_UDP_HEADER_BYTES = 8
_MARKERS_ONLY = (
    (_LOAD_BYTE, 0, 0, _UDP_HEADER_BYTES),
    (_AND, 0, 0, 0xC0),
    (_JUMP_EQUAL, 0, 3, 0x80),
    (_LOAD_BYTE, 0, 0, _UDP_HEADER_BYTES + 1),
    # The marker bit of RTP; RTCP's packet types, 192 and up, have it as well.
    (_JUMP_SET, 1, 0, 0x80),
    (_RETURN, 0, 0, 0),
    (_RETURN, 0, 0, 0xFFFFFFFF),
)


def pass_markers_only(udp: socket.socket) -> None:
    """Have the kernel drop RTP packets without marker bit, and nothing else, from now on."""
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in _MARKERS_ONLY)
    program = ctypes.create_string_buffer(code, len(code))
    fprog = struct.pack("@HP", len(_MARKERS_ONLY), ctypes.addressof(program))
    udp.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, fprog)


class LightTransport(asyncio.DatagramTransport):
    """A bound UDP socket of a :class:`LightLoop`: counts media, hands the rest to ``protocol``."""

    def __init__(
        self, udp: socket.socket, protocol: asyncio.DatagramProtocol, forget: Callable[[int], None]
    ) -> None:
        super().__init__({"socket": udp, "sockname": udp.getsockname()})
        self.counter = RtpCounter()
        self._udp = udp
        self._protocol = protocol
        self._forget = forget
        self._filtered = False
        self._buffer = bytearray(BUFFER_BYTES)
        self._view = memoryview(self._buffer)
        udp.setsockopt(socket.SOL_SOCKET, SO_RXQ_OVFL, 1)

    def count_markers_only(self) -> None:
        """Leave it to the kernel to count packets; bytes are then those of markers only."""
        pass_markers_only(self._udp)
        self._filtered = True

    def read(self) -> None:
        """Take what has come, but no more than READS_AT_ONCE datagrams."""
        take, view, receive = self.counter.take, self._view, self._udp.recvmsg_into
        for _ in range(READS_AT_ONCE):
            try:
                size, ancillary, _flags, address = receive([view], 64)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                if self._udp.fileno() < 0:
                    return
                self._protocol.error_received(error)
                continue
            dropped = 0
            if self._filtered and ancillary:
                dropped = int.from_bytes(ancillary[0][2], "little")
            data = view[:size]
            if size >= 12 and take(data, dropped):
                continue
            self._protocol.datagram_received(bytes(data), address)

    def sendto(self, data: Any, addr: Any = None) -> None:
        try:
            self._udp.sendto(data, addr)
        except OSError as error:
            # Full or refused: lost, as datagrams may be.
            self._protocol.error_received(error)

    def is_closing(self) -> bool:
        return self._udp.fileno() < 0

    def abort(self) -> None:
        self.close()

    def close(self) -> None:
        if self.release():
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def release(self) -> bool:
        """Close the socket without a word to the protocol; false when it was closed before."""
        if self._udp.fileno() < 0:
            return False
        self._forget(self._udp.fileno())
        self._udp.close()
        return True


class LightLoop(asyncio.SelectorEventLoop):
    """An event loop that gives LightTransports to whoever (aioice) binds a UDP socket."""

    def __init__(self) -> None:
        super().__init__()
        self._epoll = select.epoll()
        self._transports: dict[int, LightTransport] = {}
        self.add_reader(self._epoll.fileno(), self._read)

    # Signature as in asyncio, of which aioice uses the local address only.
    async def create_datagram_endpoint(
        self,
        protocol_factory: Callable[[], Any],
        local_addr: Any = None,
        remote_addr: Any = None,
        **others: Any,
    ) -> Any:
        if remote_addr is not None or others:
            return await super().create_datagram_endpoint(
                protocol_factory, local_addr, remote_addr, **others
            )
        protocol = protocol_factory()
        return self.bind(local_addr, protocol), protocol

    def bind(self, address: tuple[str, int], protocol: asyncio.DatagramProtocol) -> LightTransport:
        """Open a socket at a numeric address. Raises OSError."""
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        udp = socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        try:
            udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
            udp.bind(address)
            transport = LightTransport(udp, protocol, self._forget)
        except OSError:
            udp.close()
            raise
        self._transports[udp.fileno()] = transport
        self._epoll.register(udp.fileno(), select.EPOLLIN)
        protocol.connection_made(transport)
        return transport

    def _read(self) -> None:
        # Level-triggered: what is not read now is reported again.
        for descriptor, _ in self._epoll.poll(0, 256):
            transport = self._transports.get(descriptor)
            if transport is not None:
                transport.read()

    def _forget(self, descriptor: int) -> None:
        self._transports.pop(descriptor, None)
        with contextlib.suppress(OSError):
            self._epoll.unregister(descriptor)

    def close(self) -> None:
        if not self.is_closed():
            for transport in list(self._transports.values()):
                transport.release()
            self.remove_reader(self._epoll.fileno())
            self._epoll.close()
        super().close()
