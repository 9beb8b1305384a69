"""A firewall in a namespace that can be closed and opened again while things run."""

import subprocess

from bench.network.namespaces import Namespace

COMMAND_TIMEOUT_S = 10.0

# Dropped without a word, as by a firewall on the way; connections that stand are cut as well.
_TABLE = """\
table inet closed
delete table inet closed
table inet closed {{
  chain arriving {{ type filter hook input priority 0; {rule} }}
  chain leaving {{ type filter hook output priority 0; {rule} }}
}}
"""
_NOTHING = "table inet closed\ndelete table inet closed\n"

UDP = "meta l4proto udp drop;"


def close(namespace: Namespace, rule: str = UDP) -> None:
    """Let nothing in or out that ``rule`` (nftables) drops, from now on."""
    _nft(namespace, _TABLE.format(rule=rule))


def reopen(namespace: Namespace) -> None:
    """Undo `close`."""
    _nft(namespace, _NOTHING)


def _nft(namespace: Namespace, text: str) -> None:
    done = subprocess.run(
        namespace.command("nft", "-f", "-"),
        input=text,
        text=True,
        capture_output=True,
        timeout=COMMAND_TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, f"nft: {done.stderr}"
