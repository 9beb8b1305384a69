"""Janus under measurement, where the machine has Debian's package ``janus``.

It runs with a configuration of its own: HTTP as the only transport, one plugin, no STUN server.
Viewers watch one mountpoint of the streaming plugin; what reads and encodes the camera for it is
a process beside it, which is not counted.
"""

import contextlib
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.errors import ProcessFailed
from bench.exchange import JANUS_MOUNTPOINT
from bench.janus_feed import PAYLOAD_TYPE
from bench.load import answer_line
from bench.processes import Child, child, free_port, python
from bench.servers import BITRATE_KBPS, CAMERA_FPS, Server
from bench.target import Target

PLUGIN, TRANSPORT = "libjanus_streaming.so", "libjanus_http.so"
ANSWER_TIMEOUT_S = 5.0

_CORE = """\
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}/none"
    loggers_folder = "{folder}/none"
    debug_level = 2
    debug_colors = false
    session_timeout = 0
    {loops}
}}
media: {{ ipv6 = true }}
"""

_HTTP = """\
general: {{
    json = "compact"
    base_path = "/janus"
    http = true
    port = {port}
    ip = "127.0.0.1"
    https = false
    mhd_connection_limit = 4096
}}
admin: {{ admin_http = false, admin_https = false }}
"""

_STREAMING = """\
bench: {{
    type = "rtp"
    id = {mountpoint}
    audio = false
    video = true
    videoport = {rtp_port}
    videortcpport = {rtcp_port}
    videoiface = "127.0.0.1"
    videopt = {payload_type}
    videocodec = "h264"
    videofmtp = "profile-level-id=42e01f;packetization-mode=1"
}}
"""


def has_janus() -> bool:
    """Whether this machine has Janus with what is needed of it."""
    return shutil.which("janus") is not None and _library("plugins", PLUGIN) is not None


@contextlib.contextmanager
def janus(source: str, *, shared_loops: bool = True) -> Iterator[Server]:
    """Run Janus with one mountpoint, fed from the MJPEG stream at ``source``.

    With ``shared_loops`` its viewers share one thread for each core, which its configuration offers
    for many of them; by default it has one for each viewer, at twice the CPU.
    """
    rtp_port = free_udp_pair()
    mountpoint = _STREAMING.format(
        mountpoint=JANUS_MOUNTPOINT,
        rtp_port=rtp_port,
        rtcp_port=rtp_port + 1,
        payload_type=PAYLOAD_TYPE,
    )
    loops = f"event_loops = {os.cpu_count()}" if shared_loops else ""
    feeding = ["--source", source, "--port", str(rtp_port)]
    feeding += ["--fps", str(CAMERA_FPS), "--kbps", str(BITRATE_KBPS)]
    with (
        janus_with("streaming", mountpoint, loops) as (started, endpoint),
        child("janus-feed", python("bench.janus_feed", *feeding), pipes=True) as feed,
    ):
        target = Target("janus", endpoint, f"{endpoint}/info")
        yield Server(started, target, BITRATE_KBPS, lambda: _frames_fed(feed))


@contextlib.contextmanager
def janus_with(plugin: str, configuration: str, loops: str = "") -> Iterator[tuple[Child, str]]:
    """Run Janus with one plugin and its configuration; yields where its HTTP API is, too."""
    port = free_port()
    endpoint = f"http://127.0.0.1:{port}/janus"
    with tempfile.TemporaryDirectory(prefix="bench-janus-") as folder:
        _configure(Path(folder), port, plugin, configuration, loops)
        argv = ["janus", "--config", f"{folder}/janus.jcfg", "--configs-folder", folder]
        with child("janus", argv, ready=f"{endpoint}/info") as started:
            yield started, endpoint


def _frames_fed(feed: Child) -> int:
    stdin = feed.popen.stdin
    assert stdin is not None
    try:
        stdin.write("\n")
        stdin.flush()
    except OSError as error:
        raise ProcessFailed(f"Janus' feed ended: {error}") from error
    return int(answer_line(feed.popen, "Janus' feed", time.monotonic() + ANSWER_TIMEOUT_S))


def _configure(folder: Path, port: int, plugin: str, configuration: str, loops: str) -> None:
    for kind, name in (("plugins", f"libjanus_{plugin}.so"), ("transports", TRANSPORT)):
        library = _library(kind, name)
        assert library is not None
        (folder / kind).mkdir()
        (folder / kind / name).symlink_to(library)
    (folder / "none").mkdir()
    (folder / "janus.jcfg").write_text(_CORE.format(folder=folder, loops=loops))
    (folder / "janus.transport.http.jcfg").write_text(_HTTP.format(port=port))
    (folder / f"janus.plugin.{plugin}.jcfg").write_text(configuration)


def _library(kind: str, name: str) -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob(f"*/janus/{kind}/{name}"))), None)


def free_udp_pair() -> int:
    """A port that nobody has, as nobody has the next one."""
    while True:
        with socket.socket(type=socket.SOCK_DGRAM) as first:
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            with socket.socket(type=socket.SOCK_DGRAM) as second, contextlib.suppress(OSError):
                second.bind(("127.0.0.1", port + 1))
                return port
