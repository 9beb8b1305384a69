"""Two namespaces whose only way for UDP is a TURN server, which lives beside the program."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path

from bench.network.namespaces import DEVICE, Namespace
from tests.support.coturn import Coturn, coturn

ADDRESS = "10.78.0.1"
RELAYED_PORTS = (61_000, 61_199)
"""Above the ports that the kernel gives to everybody else."""
COMMAND_TIMEOUT_S = 10.0

# Dropped where it arrives: a sender is not told, as it would not be by a firewall on the way.
_ONLY_TURN = """\
table inet test {{
  chain arriving {{
    type filter hook input priority 0
    iifname {device} meta l4proto udp udp {side} != {port} drop
    {more}
  }}
}}
"""
_ONLY_RELAYED_TO_RELAYED = """\
iifname lo udp sport {ports} udp dport != {{ {ports}, {port} }} drop
    iifname lo udp dport {ports} udp sport != {{ {ports}, {port} }} drop
"""


@contextlib.contextmanager
def turn_only(
    server: Namespace, viewer: Namespace, folder: Path, *, both_relayed: bool = False
) -> Iterator[Coturn]:
    """Run coturn in the namespace ``server`` and let no other UDP pass between the two.

    With ``both_relayed``, what coturn relays reaches nothing but what it relays, either: the
    program needs a relayed address of its own.
    """
    _run(server, "ip", "addr", "add", f"{ADDRESS}/32", "dev", "lo")
    with coturn(
        folder,
        "--allowed-peer-ip=10.77.0.0-10.78.255.255",
        f"--min-port={RELAYED_PORTS[0]}",
        f"--max-port={RELAYED_PORTS[1]}",
        addresses=(ADDRESS,),
        inside=server,
    ) as running:
        ports = f"{RELAYED_PORTS[0]}-{RELAYED_PORTS[1]}"
        more = _ONLY_RELAYED_TO_RELAYED.format(ports=ports, port=running.port)
        for namespace, side, rules in (
            (server, "dport", more if both_relayed else ""),
            (viewer, "sport", ""),
        ):
            text = _ONLY_TURN.format(device=DEVICE, side=side, port=running.port, more=rules)
            _run(namespace, "nft", "-f", "-", given=text)
        yield running


def _run(namespace: Namespace, *command: str, given: str = "") -> None:
    done = subprocess.run(
        namespace.command(*command),
        input=given,
        text=True,
        capture_output=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
