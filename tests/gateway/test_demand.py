"""Who wants a camera open, and for how long after."""

import pytest

from gateway.demand import Demand
from tests.support.polling import until


async def test_is_wanted_while_anybody_wants_it_and_a_little_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.05)
    demand = Demand(always=False)
    assert demand.absent.is_set()
    with demand.wanted():
        with demand.wanted():
            pass
        assert demand.present.is_set()
        assert not demand.absent.is_set()
    assert demand.present.is_set()
    await until(demand.absent.is_set, "the end of the linger")
    assert not demand.present.is_set()


async def test_who_comes_back_in_time_finds_it_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 60.0)
    demand = Demand(always=False)
    with demand.wanted():
        pass
    with demand.wanted():
        assert demand._linger is None
    demand.close()
    demand.close()
    assert demand.present.is_set()


async def test_always_is_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.demand.LINGER_S", 0.0)
    demand = Demand(always=True)
    with demand.wanted():
        pass
    assert demand._linger is None
    assert demand.present.is_set()


async def test_is_driven_while_anybody_drives() -> None:
    demand = Demand(always=True)
    with demand.driving():
        with demand.driving():
            pass
        assert demand.driven
    assert not demand.driven
