"""The load generator takes what is sent at it, and counts all of it."""

from bench.blaster import PACKET_BYTES, Blast, blaster, frame
from bench.load import generator
from bench.target import Target


def test_frame_ends_with_the_marker() -> None:
    data = frame(65_535, 9_000, 3)
    assert len(data) == 3 * PACKET_BYTES
    packets = [data[i * PACKET_BYTES :][:12] for i in range(3)]
    assert [packet[1] >> 7 for packet in packets] == [0, 0, 1]
    assert [int.from_bytes(packet[2:4], "big") for packet in packets] == [65_535, 0, 1]
    assert {int.from_bytes(packet[4:8], "big") for packet in packets} == {9_000}


def test_generator_counts_every_packet() -> None:
    with generator(Target("whep", "", ""), 0, fps=25.0) as load:
        addresses = load.open(20)
        load.begin()
        with blaster(addresses, 25.0, 6, 1.0) as answer:
            sent = Blast(**answer.result())
        window = load.end()
    assert window.viewers == 20
    assert sent.failed == 0
    # Counting begins with the first frame's marker.
    assert window.packets == sent.packets - 5 * 20
    assert window.lost == window.missed == window.overflowed == 0
