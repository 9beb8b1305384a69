"""How viewers fare, as Prometheus is told."""

import pytest
from prometheus_client.samples import Sample

from gateway.delivery import DeliveryStats
from gateway.delivery_metrics import delivery_metrics
from gateway.gateway import Gateway
from gateway.peer import Peer
from gateway.quality import Quality
from tests.gateway.test_peers import to
from tests.support.viewer import watching


def samples(gateway: Gateway) -> list[Sample]:
    return [sample for family in delivery_metrics(gateway.peers) for sample in family.samples]


def value(gateway: Gateway, name: str, **labels: str) -> float:
    """Return one sample of camera ``front``, by its name after ``peerlens_``."""
    [found] = (
        sample.value
        for sample in samples(gateway)
        if sample.name == f"peerlens_{name}" and sample.labels == {"camera": "front", **labels}
    )
    return float(found)


async def test_counters_do_not_fall_when_viewers_leave(gateway: Gateway) -> None:
    def sent() -> float:
        return value(gateway, "peer_sent_packets_total")

    assert sent() == 0
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(5)
        while_watching = sent()
        assert while_watching > 0
        gateway.peers.close("s1", "test")
        after_leaving = sent()
        assert after_leaving >= while_watching
    async with watching(to(gateway, "s2")) as viewer:
        await viewer.frames_more(5)
        assert sent() > after_leaving


async def test_viewers_are_told_apart_by_camera_and_quality_alone(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    stats = DeliveryStats(
        Quality.LOW, resent=3, dropped=2, round_trip_s=0.15, lost=0.05, estimate_bps=300_000
    )
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        monkeypatch.setattr(Peer, "delivery", stats)
        labels = {name for sample in samples(gateway) for name in sample.labels}
        assert labels == {"camera", "quality", "le"}
        for quality, count in (("high", 0), ("medium", 0), ("low", 1)):
            assert value(gateway, "peers_connected", quality=quality) == count
        for le, count in (("0.1", 0), ("0.2", 1), ("+Inf", 1)):
            assert value(gateway, "peer_round_trip_seconds_bucket", le=le) == count
        assert value(gateway, "peer_round_trip_seconds_gsum") == 0.15
        assert value(gateway, "peer_lost_ratio_bucket", le="0.05") == 1
        estimate = "peer_estimate_bits_per_second_bucket"
        assert value(gateway, estimate, le="200000.0") == 0
        assert value(gateway, estimate, le="300000.0") == 1
        assert value(gateway, "peer_resent_packets_total") == 3
        assert value(gateway, "peer_dropped_units_total") == 2


async def test_what_is_not_known_is_not_in_the_histograms(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watching(to(gateway)) as viewer:
        await viewer.frames_more(1)
        monkeypatch.setattr(Peer, "delivery", DeliveryStats(Quality.HIGH))
        assert value(gateway, "peer_round_trip_seconds_gcount") == 0
        assert value(gateway, "peers_connected", quality="high") == 1
