import pytest

from protocol.messages import RegisterCamera
from signaling.devices import Devices
from signaling.errors import LinkRefused

URL = "http://192.168.0.20:8080/stream"


def test_a_device_is_known_until_its_link_closes() -> None:
    devices = Devices(from_loopback=False)
    assert devices.register("a", RegisterCamera("cam-1", URL)) is None
    device = devices.get("cam-1")
    assert device is not None
    assert device.stream_url == URL
    devices.gone("cam-1", "a")
    assert devices.get("cam-1") is None


def test_a_newer_link_takes_over() -> None:
    devices = Devices(from_loopback=False)
    devices.register("a", RegisterCamera("cam-1", URL))
    assert devices.register("b", RegisterCamera("cam-1", URL + "2")) == "a"
    devices.gone("cam-1", "a")
    device = devices.get("cam-1")
    assert device is not None
    assert device.stream_url == URL + "2"


def test_a_forbidden_address_registers_nothing() -> None:
    devices = Devices(from_loopback=False)
    with pytest.raises(LinkRefused, match="streamUrl: expected"):
        devices.register("a", RegisterCamera("cam-1", "http://127.0.0.1/"))
    assert len(devices) == 0


def test_the_registry_is_bounded() -> None:
    devices = Devices(from_loopback=False, most=2)
    devices.register("a", RegisterCamera("cam-1", URL))
    devices.register("b", RegisterCamera("cam-2", URL))
    with pytest.raises(LinkRefused, match="at most 2"):
        devices.register("c", RegisterCamera("cam-3", URL))
    assert devices.register("c", RegisterCamera("cam-2", URL)) == "b"
