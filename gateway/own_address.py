"""Whether an address is still this machine's own: from Wi-Fi to LTE it is not."""

import asyncio
import errno
import socket

LOOK_EVERY_S = 0.5


def is_own(address: str) -> bool:
    """Whether sockets can have ``address``, which is one of IP, here and now."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


async def until_gone(address: str) -> None:
    """Return when ``address`` is no longer this machine's own, within half a second."""
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        if not is_own(address):
            return
