"""Network namespaces without a name, which vanish with the process that made them.

A namespace is held by a file descriptor of this process and by the processes inside. Nothing is
written under /run/netns, so nothing can be left there, however this process ends.
"""

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.errors import NetworkRefused

CLONE_NEWNET = 0x40000000
DEVICE = "link0"
"""The TUN device of each namespace. Chromium would take a name like tun0 for a VPN."""
SERVER_ADDRESS = "10.77.0.1"
VIEWER_ADDRESS = "10.77.0.2"
COMMAND_TIMEOUT_S = 10.0

_SET_UP = f"""\
tuntap add dev {DEVICE} mode tun
link set {DEVICE} addrgenmode none
addr add {{address}}/30 dev {DEVICE}
"""
_CONNECT = f"""\
link set {DEVICE} up
route add default dev {DEVICE}
"""

_NEEDS = "networks between namespaces need iproute2 and nftables"

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Namespace:
    """One end of a link. ``path`` names it for other processes, as long as this one lives."""

    handle: int
    path: str
    address: str

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """Be inside with this thread: sockets and child processes made here stay inside.

        Not around an ``await``: other tasks of this thread would be inside, too.
        """
        with _returning_home():
            _call("setns", self.handle, CLONE_NEWNET)
            yield

    def configure(self, batch: str, *options: str) -> None:
        """Do what the lines of ``batch`` say, one ``ip`` command each; ``options`` are of all.

        Raises :class:`NetworkRefused`.
        """
        with self.entered():
            _run("ip", *options, "-batch", "-", given=batch)

    def filter(self, rules: str) -> None:
        """Add rules of nftables. Raises :class:`NetworkRefused`."""
        with self.entered():
            _run("nft", "-f", "-", given=rules)

    def traffic_bytes(self, device: str) -> int:
        """What went through ``device`` so far, both ways, headers included."""
        with self.entered():
            lines = Path("/proc/thread-self/net/dev").read_text().splitlines()
        [counts] = [line.split(":")[1].split() for line in lines if line.strip().startswith(device)]
        return int(counts[0]) + int(counts[8])

    def connect(self) -> None:
        """Bring the device up with its routes. Raises :class:`NetworkRefused`.

        For when the device has its reader: one that is brought up before drops the first packets.
        """
        self.configure(_CONNECT)

    def command(self, *argv: str) -> list[str]:
        """The command that runs ``argv`` inside."""
        return ["nsenter", f"--net={self.path}", "--", *argv]

    def wrapper(self, folder: Path, executable: str) -> Path:
        """Write a program that runs ``executable`` inside, with its own arguments."""
        file = folder / f"{Path(executable).name}-at-{self.address}"
        inside = " ".join(self.command(executable))
        file.write_text(f'#!/bin/sh\nexec {inside} "$@"\n', "utf-8")
        file.chmod(0o755)
        return file


@dataclass(frozen=True)
class Ends:
    """The two ends of a link."""

    server: Namespace
    viewer: Namespace


@contextlib.contextmanager
def namespaces() -> Iterator[Ends]:
    """Make two namespaces with loopback, an address and a TUN device each, not yet connected.

    Raises :class:`NetworkRefused`.
    """
    with namespace(SERVER_ADDRESS) as server, namespace(VIEWER_ADDRESS) as viewer:
        for end in (server, viewer):
            end.configure(_SET_UP.format(address=end.address))
        yield Ends(server, viewer)


@contextlib.contextmanager
def namespace(address: str) -> Iterator[Namespace]:
    """Make one namespace with loopback and nothing else; ``address`` is what others call it.

    Raises :class:`NetworkRefused`.
    """
    with _returning_home():
        _call("unshare", CLONE_NEWNET)
        handle = _open_current()
    try:
        made = Namespace(handle, f"/proc/{os.getpid()}/fd/{handle}", address)
        made.configure("link set lo up")
        yield made
    finally:
        os.close(handle)


@contextlib.contextmanager
def _returning_home() -> Iterator[None]:
    home = _open_current()
    try:
        yield
    finally:
        _call("setns", home, CLONE_NEWNET)
        os.close(home)


def _open_current() -> int:
    # A thread has a namespace of its own; the process only has its first thread's.
    return os.open("/proc/thread-self/ns/net", os.O_RDONLY)


def _call(name: str, *arguments: int) -> None:
    # os.setns and os.unshare come with Python 3.12.
    if getattr(_libc, name)(*arguments) != 0:
        reason = os.strerror(ctypes.get_errno())
        raise NetworkRefused(f"{name}: {reason}; emulated links need Linux and root")


def _run(*command: str, given: str) -> None:
    try:
        subprocess.run(
            command,
            input=given,
            text=True,
            check=True,
            capture_output=True,
            timeout=COMMAND_TIMEOUT_S,
        )
    except FileNotFoundError as error:
        raise NetworkRefused(f"{command[0]} is missing: {_NEEDS}") from error
    except subprocess.SubprocessError as error:
        reason = getattr(error, "stderr", None) or str(error)
        raise NetworkRefused(f"{command[0]}: {str(reason).strip()}") from error
