"""Handshakes that lose packets, with real aiortc on both ends."""

import asyncio
from typing import Any, cast

import pytest

from gateway.dtls_flights import HANDSHAKE, PAUSES_S, FlightRepeater
from gateway.gateway import Gateway
from tests.support.polling import until
from tests.support.viewer import Viewer

FLIGHT, DATA = bytes([HANDSHAKE, 1]), bytes([23, 2])


class Way:
    """Where datagrams go; ``is_over`` and ``is_cut`` are set by the test."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.is_over = False
        self.is_cut = False
        self.repeater = FlightRepeater(self._send, lambda: self.is_over)

    async def _send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        if self.is_cut:
            raise ConnectionError


async def test_an_unanswered_flight_goes_out_again_a_few_times() -> None:
    way = Way()
    await way.repeater.send(FLIGHT)
    await until(lambda: len(way.sent) == 1 + len(PAUSES_S), "all repetitions")
    assert set(way.sent) == {FLIGHT}


async def test_the_next_flight_takes_the_place_of_the_one_before() -> None:
    way = Way()
    await way.repeater.send(FLIGHT)
    await way.repeater.send(FLIGHT + b"next")
    await until(lambda: len(way.sent) == 2 + len(PAUSES_S), "all repetitions")
    assert way.sent[1:] == [FLIGHT + b"next"] * (1 + len(PAUSES_S))


async def test_nothing_is_repeated_once_the_handshake_is_over() -> None:
    way = Way()
    await way.repeater.send(FLIGHT)
    way.is_over = True
    await way.repeater.send(FLIGHT)
    await way.repeater.send(DATA)
    await asyncio.sleep(PAUSES_S[0] * 2)
    assert way.sent == [FLIGHT, FLIGHT, DATA]


async def test_a_way_that_is_cut_fails_only_who_sends() -> None:
    way = Way()
    way.is_cut = True
    with pytest.raises(ConnectionError):
        await way.repeater.send(FLIGHT)
    await until(lambda: len(way.sent) == 1 + len(PAUSES_S), "all repetitions")


async def test_a_viewer_that_lost_a_flight_gets_the_same_one_again(gateway: Gateway) -> None:
    viewer = Viewer()
    offer = await viewer.offer()
    [video] = viewer.connection.getTransceivers()
    ice = cast(Any, video.receiver.transport.transport)._connection
    usual, flights = ice.data_received, list[bytes]()

    def data_received(data: bytes, component: int) -> None:
        if data and data[0] == HANDSHAKE:
            flights.append(data)
            if len(flights) < 3:
                return
        usual(data, component)

    ice.data_received = data_received
    await viewer.accept(await gateway.peers.open("s1", "front", offer))
    await viewer.frames_more(1)
    await viewer.close()
    assert flights[0] == flights[1] == flights[2]
