"""Sends made-up RTP as a server of many viewers does, to show what a load generator can take.

Every address gets a frame of ``--packets`` packets ``--fps`` times a second, in one segmented
call, as Peerlens would send it, with neither camera nor encryption to pay for. Addresses come in
as one line of JSON; what was sent goes out as another when ``--seconds`` have passed.
"""

import argparse
import contextlib
import json
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from bench.load import Answer
from bench.processes import child, python

PACKET_BYTES = 1_160
PAYLOAD_TYPE = 96
UDP_SEGMENT = 103
CLOCK_HZ = 90_000
SENDER_TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Blast:
    """What was sent, by how many calls that failed, and how long it took."""

    packets: int
    failed: int
    seconds: float


@contextlib.contextmanager
def blaster(
    addresses: Sequence[tuple[str, int]], fps: float, packets: int, seconds: float
) -> Iterator[Answer]:
    """Blast for the time given; the answer's result, a :class:`Blast` as a dict, ends it."""
    argv = python("bench.blaster", "--fps", str(fps), "--packets", str(packets))
    with child("blaster", [*argv, "--seconds", str(seconds)], pipes=True) as started:
        stdin = started.popen.stdin
        assert stdin is not None
        stdin.write(json.dumps(addresses) + "\n")
        stdin.flush()
        yield Answer(started.popen, "the blaster", time.monotonic() + seconds + SENDER_TIMEOUT_S)


def frame(sequence: int, timestamp: int, packets: int) -> bytearray:
    """One frame: ``packets`` packets of PACKET_BYTES, the last one with the marker bit."""
    data = bytearray(packets * PACKET_BYTES)
    for index in range(packets):
        kind = PAYLOAD_TYPE | (0x80 if index == packets - 1 else 0)
        header = (0x80, kind, (sequence + index) & 0xFFFF, timestamp & 0xFFFFFFFF, 1)
        struct.pack_into("!BBHII", data, index * PACKET_BYTES, *header)
    return data


def blast(addresses: Sequence[tuple[str, int]], fps: float, packets: int, seconds: float) -> Blast:
    """Keep to the rate as well as this machine can; one that is too slow sends less."""
    segmented = [(socket.SOL_UDP, UDP_SEGMENT, struct.pack("=H", PACKET_BYTES))]
    began_s = due_s = time.perf_counter()
    frames = failed = 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        while due_s - began_s < seconds:
            time.sleep(max(0.0, due_s - time.perf_counter()))
            data = frame(frames * packets, round(frames * CLOCK_HZ / fps), packets)
            for address in addresses:
                try:
                    udp.sendmsg([data], segmented, 0, address)
                except OSError:
                    failed += 1
            frames += 1
            due_s = max(due_s + 1 / fps, time.perf_counter() - 1 / fps)
    sent = (frames * len(addresses) - failed) * packets
    return Blast(sent, failed, time.perf_counter() - began_s)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.blaster")
    parser.add_argument("--fps", type=float, required=True)
    parser.add_argument("--packets", type=int, required=True, help="in one frame")
    parser.add_argument("--seconds", type=float, required=True)
    arguments = parser.parse_args()
    addresses = [(host, port) for host, port in json.loads(sys.stdin.readline())]
    with contextlib.suppress(KeyboardInterrupt):
        sent = blast(addresses, arguments.fps, arguments.packets, arguments.seconds)
        print(json.dumps(asdict(sent)), flush=True)


if __name__ == "__main__":
    main()
