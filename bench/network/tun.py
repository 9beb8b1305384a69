"""TUN devices: IP packets as reads and writes (Linux, Documentation/networking/tuntap.rst)."""

import fcntl
import os
import struct

MAX_PACKET_BYTES = 65_535

_TUNSETIFF = 0x400454CA
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000


class Tun:
    """The reading and writing end of a device, in the namespace that the caller is in now."""

    def __init__(self, device: str) -> None:
        """Attach to ``device``. Raises OSError."""
        self._file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        try:
            request = struct.pack("16sH22x", device.encode(), _IFF_TUN | _IFF_NO_PI)
            fcntl.ioctl(self._file, _TUNSETIFF, request)
        except OSError:
            os.close(self._file)
            raise

    def fileno(self) -> int:
        return self._file

    def read(self) -> bytes | None:
        """The next IP packet that left the namespace, or None when there is none."""
        try:
            return os.read(self._file, MAX_PACKET_BYTES)
        except BlockingIOError:
            return None

    def write(self, packet: bytes) -> None:
        """Have an IP packet arrive in the namespace. Raises OSError."""
        os.write(self._file, packet)

    def close(self) -> None:
        os.close(self._file)
