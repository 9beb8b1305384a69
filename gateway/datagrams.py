"""Putting the packets of one viewer onto the wire, with as few system calls as it allows."""

import errno
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.rtp_writer import Run

UDP_SEGMENT = 103
"""Generic segmentation offload (Linux 4.18): one call sends a run of packets of one size."""

_SEGMENT_SIZE = struct.Struct("=H")
_NO_SEGMENTATION = frozenset(
    {errno.EINVAL, errno.EIO, errno.EMSGSIZE, errno.ENOPROTOOPT, errno.EOPNOTSUPP}
)


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets go: the transport and the remote address of the nominated pair.

    ``transport`` is asyncio's for a UDP socket, or aioice's for a TURN allocation. The latter
    keeps what it cannot send, without a bound: ``is_full`` says when that is enough.
    """

    transport: Any
    address: tuple[str, int]
    is_full: Callable[[], bool] = lambda: False


class DatagramSender:
    """Sends runs of packets along ``route()``, which may change at any time.

    Over a UDP socket each run is one ``sendmsg``. Where kernel or device refuse that, and
    over TURN, packets go one at a time.
    """

    def __init__(self, route: Callable[[], Route | None]) -> None:
        self._route = route
        self._transport: Any = None
        self._socket: socket.socket | None = None
        self._may_segment = True
        self._relayed = False
        self.refused = 0
        """Runs that the network refused (unreachable, not permitted): they are lost."""

    @property
    def segmented(self) -> bool:
        """Whether runs leave in one call, as far as is known."""
        return self._may_segment and not self._relayed

    def send(self, run: Run) -> bool:
        """Send ``run``; False when the socket is full or there is nowhere to send it."""
        route = self._route()
        if route is None:
            return False
        if route.transport is not self._transport:
            self._adopt(route.transport)
        if self._socket is None:
            if route.is_full():
                return False
            for packet in _packets(run):
                route.transport.sendto(bytes(packet), route.address)
            return True
        # The descriptor belongs to the transport: once that closes, it may be somebody else's.
        if route.transport.is_closing():
            return False
        return self._send_to_socket(self._socket, run, route.address)

    def _send_to_socket(self, udp: socket.socket, run: Run, address: tuple[str, int]) -> bool:
        try:
            if len(run.data) <= run.segment:
                udp.sendto(run.data, address)
            elif self._may_segment:
                size = _SEGMENT_SIZE.pack(run.segment)
                udp.sendmsg([run.data], [(socket.SOL_UDP, UDP_SEGMENT, size)], 0, address)
            else:
                for packet in _packets(run):
                    udp.sendto(packet, address)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            may_not = error.errno in _NO_SEGMENTATION and len(run.data) > run.segment
            if self._may_segment and may_not:
                self._may_segment = False
                return self._send_to_socket(udp, run, address)
            self.refused += 1
        return True

    def _adopt(self, transport: Any) -> None:
        self.release()
        self._transport = transport
        shared = transport.get_extra_info("socket")
        self._relayed = shared is None
        if shared is not None:
            self._socket = socket.socket(
                shared.family, shared.type, shared.proto, fileno=shared.fileno()
            )

    def release(self) -> None:
        """Forget the socket without closing it: it is the transport's."""
        if self._socket is not None:
            self._socket.detach()
            self._socket = None
        self._transport = None

    def __del__(self) -> None:
        # A socket object that is collected closes its descriptor: not this one.
        self.release()


def _packets(run: Run) -> list[memoryview]:
    return [run.data[begin : begin + run.segment] for begin in range(0, len(run.data), run.segment)]
