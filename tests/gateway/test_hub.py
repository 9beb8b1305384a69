import pytest

from gateway.hub import Hub


def test_everyone_gets_every_unit_while_subscribed() -> None:
    changes: list[int] = []
    hub: Hub[int] = Hub(lambda: changes.append(len(hub)))
    first: list[int] = []
    second: list[int] = []
    with hub.subscribed(first.append):
        hub.publish(1)
        with hub.subscribed(second.append):
            hub.publish(2)
        hub.publish(3)
    hub.publish(4)
    assert first == [1, 2, 3]
    assert second == [2]
    assert changes == [1, 2, 1, 0]


def test_a_subscriber_may_leave_while_it_receives() -> None:
    hub: Hub[int] = Hub()
    got: list[int] = []

    def take_one(unit: int) -> None:
        got.append(unit)
        subscription.__exit__(None, None, None)

    subscription = hub.subscribed(take_one)
    subscription.__enter__()
    hub.publish(1)
    hub.publish(2)
    assert got == [1]


def test_a_subscriber_that_fails_costs_only_itself(caplog: pytest.LogCaptureFixture) -> None:
    hub: Hub[int] = Hub()
    got: list[int] = []

    def fail(_: int) -> None:
        raise RuntimeError("a defect")

    with hub.subscribed(fail), hub.subscribed(got.append):
        hub.publish(1)
    assert got == [1]
    assert "a subscriber failed" in caplog.text
