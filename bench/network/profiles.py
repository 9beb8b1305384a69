"""Links with a name. Every delay is one way and holds in each direction: a ping takes twice it."""

from dataclasses import dataclass

from bench.network.link import OneWay


@dataclass(frozen=True)
class Conditions:
    """Both directions: ``down`` is from the server to the viewer."""

    down: OneWay
    up: OneWay


def both_ways(one_way: OneWay) -> Conditions:
    return Conditions(down=one_way, up=one_way)


PERFECT = both_ways(OneWay())
LAN = both_ways(OneWay(delay_ms=2.0))
WIFI = both_ways(OneWay(delay_ms=10.0, jitter_ms=8.0, loss=0.01))
LTE = both_ways(OneWay(delay_ms=50.0, jitter_ms=15.0, loss=0.01))
INTERCONTINENTAL = both_ways(OneWay(delay_ms=150.0))
THIN = both_ways(OneWay(delay_ms=40.0, loss=0.05, rate_kbps=300.0, queue_ms=150.0))
SHAKY = both_ways(OneWay(delay_ms=50.0, jitter_ms=20.0, loss=0.05))
CUT = both_ways(OneWay(loss=1.0))

PROFILES = {
    "lan": LAN,
    "wifi": WIFI,
    "lte": LTE,
    "intercontinental": INTERCONTINENTAL,
    "thin": THIN,
    "shaky": SHAKY,
}
