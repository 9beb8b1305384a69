"""Two namespaces whose only way to each other is a TURN server, which lives beside the program."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from bench.network.namespaces import DEVICE, Namespace
from tests.support.certificates import Certificates
from tests.support.coturn import Coturn, coturn

ADDRESS = "10.78.0.1"
TLS_PORT = 443
RELAYED_PORTS = (61_000, 61_199)
"""Above the ports that the kernel gives to everybody else."""

Over = Literal["udp", "tcp", "tls"]

# Dropped where it arrives: a sender is not told, as it would not be by a firewall on the way.
_RULES = """\
table inet test {{
  chain arriving {{
    type filter hook input priority 0
    {rules}
  }}
}}
"""


@contextlib.contextmanager
def turn_only(
    server: Namespace,
    viewer: Namespace,
    folder: Path,
    *,
    over: Over = "udp",
    tls: Certificates | None = None,
    program_relayed: bool = True,
) -> Iterator[Coturn]:
    """Run coturn in the namespace ``server`` and let the two meet only there.

    Browser and program reach it over nothing but ``over``; "tls" needs ``tls``, a certificate
    for `ADDRESS`. What it relays reaches only what it relays, unless ``program_relayed`` is
    False: then it may send to the program itself, as with a gateway of a fixed address.
    """
    server.configure(f"addr add {ADDRESS}/32 dev lo")
    allowed = () if program_relayed else ("--allowed-peer-ip=10.77.0.0-10.78.255.255",)
    with coturn(
        folder,
        *allowed,
        f"--min-port={RELAYED_PORTS[0]}",
        f"--max-port={RELAYED_PORTS[1]}",
        addresses=(ADDRESS,),
        inside=server,
        tls=tls,
        tls_port=TLS_PORT,
    ) as running:
        ports = f"{RELAYED_PORTS[0]}-{RELAYED_PORTS[1]}"
        closed = {
            "udp": [f"tcp dport {{ {running.port}, {TLS_PORT} }} drop"],
            "tcp": [f"udp dport {running.port} drop", f"tcp dport {TLS_PORT} drop"],
            "tls": [f"meta l4proto {{ tcp, udp }} th dport {running.port} drop"],
        }[over]
        if program_relayed:
            closed += [
                f"iifname lo udp sport {ports} udp dport != {{ {ports}, {running.port} }} drop",
                f"iifname lo udp dport {ports} udp sport != {{ {ports}, {running.port} }} drop",
            ]
        for namespace, side, rules in ((server, "dport", closed), (viewer, "sport", [])):
            direct = f"iifname {DEVICE} meta l4proto udp udp {side} != {running.port} drop"
            text = _RULES.format(rules="\n    ".join([direct, *rules]))
            namespace.filter(text)
        yield running
