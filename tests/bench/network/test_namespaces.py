"""The two ends of a link: apart from everything, and gone when nobody needs them."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.errors import NetworkRefused
from bench.network.namespaces import DEVICE, namespace, namespaces
from bench.processes import child

OPEN_A_LINK = """
import os, sys
from bench.network.emulated_link import emulated_link
from bench.network.profiles import LAN
from bench.processes import stop_children_on_terminate
stop_children_on_terminate()
with emulated_link(LAN) as link:
    print(*(os.stat(end.path).st_ino for end in (link.server, link.viewer)), flush=True)
    sys.stdin.read()
"""


def own_namespace() -> int:
    return os.stat("/proc/thread-self/ns/net").st_ino


def in_use(namespaces: set[int]) -> bool:
    """Whether any process is in one of the namespaces or holds it open."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it may be gone by now
            for file in (process / "ns" / "net", *(process / "fd").iterdir()):
                with contextlib.suppress(OSError):
                    if file.stat().st_ino in namespaces and "net:" in os.readlink(file):
                        return True
    return False


def test_entered_is_inside_and_comes_back() -> None:
    outside = own_namespace(), socket.if_nameindex()
    with namespaces() as ends:
        for end in (ends.server, ends.viewer):
            with contextlib.suppress(KeyError), end.entered():
                inside = own_namespace(), [name for _, name in socket.if_nameindex()]
                raise KeyError
            assert inside == (os.fstat(end.handle).st_ino, ["lo", DEVICE])
            assert (own_namespace(), socket.if_nameindex()) == outside


def test_other_threads_stay_outside() -> None:
    seen: list[int] = []
    inside = threading.Event()

    def look() -> None:
        inside.wait(10)
        seen.append(own_namespace())

    thread = threading.Thread(target=look)
    thread.start()
    with namespaces() as ends, ends.server.entered():
        inside.set()
        thread.join()
        assert own_namespace() not in seen
    assert seen == [own_namespace()]


def test_children_and_commands_and_wrappers_run_inside(tmp_path: Path) -> None:
    look = ["readlink", "/proc/self/ns/net"]
    with namespaces() as ends:
        inside = f"net:[{os.fstat(ends.viewer.handle).st_ino}]"
        with ends.viewer.entered():
            seen = [subprocess.check_output(look, text=True)]
        seen.append(subprocess.check_output(ends.viewer.command(*look), text=True))
        wrapper = ends.viewer.wrapper(tmp_path, "readlink")
        seen.append(subprocess.check_output([str(wrapper), look[1]], text=True))
    assert [line.strip() for line in seen] == [inside] * 3


def test_loopback_works_inside() -> None:
    with (
        namespaces() as ends,
        ends.server.entered(),
        socket.create_server(("127.0.0.1", 0)) as server,
    ):
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_traffic_is_counted_with_its_headers() -> None:
    with namespace("alone") as alone:
        before = alone.traffic_bytes("lo")
        with alone.entered(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(bytes(100), ("127.0.0.1", 9))
        # There and back, and what says that nobody is there.
        assert alone.traffic_bytes("lo") - before >= 2 * (100 + 28 + 28)


def test_what_the_kernel_refuses_is_said_in_its_words() -> None:
    with namespace("alone") as alone:
        with pytest.raises(NetworkRefused, match=r'ip: .*"nosuch"'):
            alone.configure("link set nosuch up")
        with pytest.raises(NetworkRefused, match=r"nft: .*No such file"):
            alone.filter("add rule inet nosuch nosuch drop")


def test_nothing_is_left_when_the_block_fails() -> None:
    with contextlib.suppress(KeyError), namespaces() as ends:
        assert os.path.exists(ends.viewer.path)
        raise KeyError
    assert not os.path.exists(ends.server.path)
    assert not os.path.exists(ends.viewer.path)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_link_whose_process_is_ended(how: signal.Signals) -> None:
    with child("link", [sys.executable, "-c", OPEN_A_LINK], pipes=True) as started:
        assert started.popen.stdout is not None
        made = {int(inode) for inode in started.popen.stdout.readline().split()}
        assert len(made) == 2
        assert in_use(made)
        started.popen.send_signal(how)
        started.popen.wait(10)
        deadline_s = time.monotonic() + 10
        while in_use(made):
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
