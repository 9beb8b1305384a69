"""How often it may be asked."""

from gateway.ai.budget import DAY_S, Budget


def test_each_camera_has_its_own_pause() -> None:
    budget = Budget(60.0, 100)
    assert budget.allows("front", 0.0, 0.0)
    budget.spend("front", 0.0, 0.0)
    assert not budget.allows("front", 59.9, 59.9)
    assert budget.allows("front", 60.0, 60.0)
    assert budget.allows("yard", 0.0, 0.0)


def test_a_day_has_so_many_and_the_next_has_them_again() -> None:
    budget = Budget(0.0, 2)
    for now_s in (1.0, 2.0):
        assert budget.allows("front", now_s, now_s)
        budget.spend("front", now_s, now_s)
    assert not budget.allows("front", DAY_S - 1, DAY_S - 1)
    assert budget.left(DAY_S - 1) == 0
    assert budget.allows("front", DAY_S, DAY_S)
    assert budget.left(DAY_S) == 2


def test_a_clock_that_is_set_back_gives_no_second_days_worth() -> None:
    budget = Budget(0.0, 1)
    budget.spend("front", 3 * DAY_S, 0.0)
    assert budget.left(2 * DAY_S) == 0
    assert budget.left(3 * DAY_S) == 0
    assert budget.left(4 * DAY_S) == 1
