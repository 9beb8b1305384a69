"""What it means for a port to be had or not."""

import errno

import pytest
from yarl import URL

from edge.settings import HttpSettings
from peerlens.doctor import port
from peerlens.doctor.finding import Level
from peerlens.doctor.port import PortReading


@pytest.mark.parametrize(
    ("reading", "name", "level"),
    [
        (PortReading("127.0.0.1", 0), "any", Level.OK),
        (PortReading("127.0.0.1", 80), "free", Level.OK),
        (PortReading("127.0.0.1", 80, serving=URL("http://a")), "serving", Level.OK),
        (PortReading("::", 80, None, "in use", errno.EADDRINUSE), "taken", Level.PROBLEM),
        (PortReading("a", 80, None, "no", errno.EADDRNOTAVAIL), "no-such-address", Level.PROBLEM),
        (PortReading("a", 80, None, "denied", errno.EACCES), "refused", Level.PROBLEM),
        (PortReading("a", 80, None, "the host name is unknown"), "refused", Level.PROBLEM),
    ],
)
def test_each_reading(reading: PortReading, name: str, level: Level) -> None:
    [found] = port.judge(reading)
    assert (found.id, found.level) == (f"port.{name}", level)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8080"),
        ("::", "http://[::1]:8080"),
        ("192.168.0.7", "http://192.168.0.7:8080"),
    ],
)
def test_where_this_machine_finds_its_own_server(host: str, url: str) -> None:
    assert port.own_url(HttpSettings(host=host, port=8080)) == URL(url)
