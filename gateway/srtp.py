"""Encrypting RTP packets where they lie. Every use of what pylibsrtp keeps private is here.

``Session.protect`` copies each packet in and out of a buffer of its own; here a whole frame is
written into one buffer, encrypted there, and handed to the kernel from there.
"""

from collections.abc import Sequence
from typing import Any, cast

from pylibsrtp import Error, Session, _binding

SCRATCH_BYTES = 65_536
TAG_BYTES = {
    b"SRTP_AEAD_AES_256_GCM": 16,
    b"SRTP_AEAD_AES_128_GCM": 16,
    b"SRTP_AES128_CM_SHA1_80": 10,
}
"""Length of the authentication tag, by the name that OpenSSL has for a profile."""

_ffi = cast(Any, _binding).ffi
_lib = cast(Any, _binding).lib


class Scratch:
    """A buffer for the packets of one frame of one viewer at a time. Share it: one per thread."""

    def __init__(self) -> None:
        self.pointer = _ffi.new("unsigned char[]", SCRATCH_BYTES)
        self.view = memoryview(_ffi.buffer(self.pointer)).cast("B")
        self.length = _ffi.new("int *")


class Protector:
    """Encrypts packets in ``scratch`` with the keys of ``session``.

    ``tag_bytes`` is by how much its profile makes a packet longer.
    """

    def __init__(self, session: Session, tag_bytes: int, scratch: Scratch) -> None:
        self.tag_bytes = tag_bytes
        # The session owns the keys; keeping it keeps them alive.
        self._session = session
        self._handle = cast(Any, session)._srtp[0]
        self._pointer = scratch.pointer
        self._length = scratch.length
        self._protect = _lib.srtp_protect

    def protect(self, packets: Sequence[tuple[int, int]]) -> None:
        """Encrypt packets, each of some size at some place; each grows by ``tag_bytes``.

        So many must be free behind it. Raises :class:`pylibsrtp.Error`.
        """
        handle, pointer, length, protect = self._handle, self._pointer, self._length, self._protect
        size = 0
        for begin, size in packets:
            length[0] = size
            if protect(handle, pointer + begin, length) != 0:
                raise Error(f"libsrtp refused a packet of {size} bytes")
        if packets and length[0] != size + self.tag_bytes:
            raise Error(f"libsrtp made {length[0]} bytes of {size}")
