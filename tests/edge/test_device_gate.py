"""Who may speak for a device's id."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edge.device_gate import DeviceGate, DeviceRefused
from edge.device_pins import DevicePins

HERE, THERE = "192.0.2.1", "192.0.2.2"


def refused(enter: Callable[[], AbstractContextManager[None]]) -> str:
    with pytest.raises(DeviceRefused) as raised, enter():
        pass
    return raised.value.slug


def test_the_shared_token_speaks_for_any_id_that_has_no_token_of_its_own() -> None:
    gate = DeviceGate()
    with gate.entered("camera", "cam-1", None, HERE), gate.entered("camera", "cam-2", None, THERE):
        pass


def test_a_device_that_comes_back_gets_in_while_its_old_link_is_half_open() -> None:
    gate = DeviceGate()
    old = gate.entered("camera", "cam-1", None, HERE)
    old.__enter__()
    with gate.entered("camera", "cam-1", None, HERE):
        old.__exit__(None, None, None)
        assert refused(lambda: gate.entered("camera", "cam-1", None, THERE)) == "device-taken"
    with gate.entered("camera", "cam-1", None, THERE):
        pass


def test_another_address_takes_over_only_with_the_devices_own_token() -> None:
    gate = DeviceGate()
    with gate.entered("board", "b", None, HERE):
        assert refused(lambda: gate.entered("board", "b", None, THERE)) == "device-taken"
        with gate.entered("board", "b", "b", THERE):
            pass


def test_a_camera_and_a_board_of_one_id_do_not_stand_in_each_others_way() -> None:
    gate = DeviceGate()
    with gate.entered("camera", "x", None, HERE), gate.entered("board", "x", None, THERE):
        pass


def test_the_token_of_another_device_is_refused() -> None:
    gate = DeviceGate()
    assert refused(lambda: gate.entered("camera", "cam-1", "cam-2", HERE)) == "forbidden"
    with gate.entered("camera", "cam-1", None, HERE):
        pass  # and has pinned nothing


def test_once_its_own_token_was_seen_the_shared_one_is_refused() -> None:
    gate = DeviceGate()
    with gate.entered("camera", "cam-1", "cam-1", HERE):
        pass
    assert refused(lambda: gate.entered("camera", "cam-1", None, HERE)) == "forbidden"
    assert refused(lambda: gate.entered("board", "cam-1", None, HERE)) == "forbidden"
    with gate.entered("camera", "cam-1", "cam-1", THERE):
        pass


def test_pins_outlive_the_server(tmp_path: Path) -> None:
    file = tmp_path / "devices.txt"
    for _ in range(2):
        with DeviceGate(DevicePins(file)).entered("camera", "cam-1", "cam-1", HERE):
            pass
    assert file.read_text() == "cam-1\n"
    assert file.stat().st_mode & 0o777 == 0o600
    gate = DeviceGate(DevicePins(file))
    assert refused(lambda: gate.entered("camera", "cam-1", None, HERE)) == "forbidden"


def test_a_file_that_cannot_be_used_keeps_no_device_out(tmp_path: Path) -> None:
    pins = DevicePins(tmp_path / "nowhere" / "devices.txt")
    with DeviceGate(pins).entered("camera", "cam-1", "cam-1", HERE):
        assert "cam-1" in pins
