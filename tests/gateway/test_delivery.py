"""What is told of a delivery, whatever a viewer reported."""

from gateway.delivery import DeliveryCounts, DeliveryStats
from gateway.quality import Quality
from protocol.codec import decode, encode
from protocol.messages import Delivery, GatewayToBrowser, Synced


def test_units_of_the_wire() -> None:
    stats = DeliveryStats(
        Quality.MEDIUM,
        packets=100,
        payload_bytes=100_000,
        resent=4,
        dropped=2,
        round_trip_s=0.0485,
        lost=0.0625,
        jitter_s=0.0021,
        estimate_bps=312_500,
        path="host/prflx",
    )
    assert stats.as_message() == Delivery("medium", 4, 2, 48.5, 0.0625, 2.1, 312.5, "host/prflx")


def test_what_is_unknown_is_left_out() -> None:
    assert DeliveryStats(Quality.HIGH).as_message() == Delivery("high", 0, 0)


def test_absurd_reports_stay_within_the_contract() -> None:
    stats = DeliveryStats(
        Quality.LOW, round_trip_s=-1.0, lost=1.5, jitter_s=1e9, estimate_bps=2**81
    )
    synced = Synced(1.0, 1.0, 1.0, delivery=stats.as_message())
    assert decode(encode(synced), GatewayToBrowser) == synced
    assert synced.delivery == Delivery("low", 0, 0, 0.0, 1.0, 1e7, 1e9)


def test_counts_add_up() -> None:
    stats = DeliveryStats(Quality.HIGH, packets=10, payload_bytes=1_000, resent=2, dropped=1)
    assert DeliveryCounts(1, 2, 3, 4).plus(stats).plus(stats) == DeliveryCounts(21, 2_002, 7, 6)
