"""Encrypting RTP packets where they lie. Every use of what pylibsrtp keeps private is here.

``Session.protect`` copies each packet in and out of a buffer of its own; here a whole frame is
written into one buffer, encrypted there, and handed to the kernel from there.
"""

from typing import Any, cast

from pylibsrtp import Error, Session, _binding

SCRATCH_BYTES = 65_536
MAX_TAG_BYTES = 16
"""Longest authentication tag of the profiles WebRTC uses (AES-GCM); AES-CM with SHA-1 has 10."""

_ffi = cast(Any, _binding).ffi
_lib = cast(Any, _binding).lib


class Scratch:
    """A buffer for the packets of one frame of one viewer at a time. Share it: one per thread."""

    def __init__(self) -> None:
        self.pointer = _ffi.new("unsigned char[]", SCRATCH_BYTES)
        self.view = memoryview(_ffi.buffer(self.pointer)).cast("B")
        self.length = _ffi.new("int *")


class Protector:
    """Encrypts packets in ``scratch`` with the keys of ``session``."""

    def __init__(self, session: Session, scratch: Scratch) -> None:
        # The session owns the keys; keeping it keeps them alive.
        self._session = session
        self._handle = cast(Any, session)._srtp[0]
        self._scratch = scratch
        self._protect = _lib.srtp_protect

    def protect(self, begin: int, size: int) -> int:
        """Encrypt the packet of ``size`` bytes at ``begin``; return its new size.

        MAX_TAG_BYTES must be free behind it. Raises :class:`pylibsrtp.Error`.
        """
        scratch = self._scratch
        scratch.length[0] = size
        status = self._protect(self._handle, scratch.pointer + begin, scratch.length)
        if status != 0:
            raise Error(f"libsrtp refused a packet of {size} bytes with status {status}")
        return cast(int, scratch.length[0])
