import logging

import pytest

from gateway.camera_state import LEGAL, CameraLifecycle, CameraState


def lifecycle(changes: list[str]) -> CameraLifecycle:
    adapter = logging.LoggerAdapter(logging.getLogger("test"), {})
    made = CameraLifecycle(lambda: changes.append(f"{made.state}:{made.detail}"), adapter)
    return made


def test_reports_each_change_once_with_its_reason() -> None:
    changes: list[str] = []
    camera = lifecycle(changes)
    camera.move(CameraState.CONNECTING)
    camera.move(CameraState.LIVE)
    camera.move(CameraState.LIVE)
    camera.move(CameraState.OFFLINE, "refused")
    camera.move(CameraState.OFFLINE, "refused")
    camera.move(CameraState.OFFLINE, "no route")
    assert changes == ["connecting:None", "live:None", "offline:refused", "offline:no route"]


def test_an_idle_camera_goes_nowhere_but_connecting() -> None:
    for state in set(CameraState) - {CameraState.IDLE, CameraState.CONNECTING}:
        with pytest.raises(ValueError, match="not a legal change"):
            lifecycle([]).move(state)


def test_every_state_has_a_way_back_to_idle_and_to_live() -> None:
    for state in set(CameraState) - {CameraState.IDLE}:
        assert CameraState.IDLE in LEGAL[state]
        if state is not CameraState.LIVE:
            assert CameraState.LIVE in LEGAL[state]
