"""How many bytes may pass, on average."""

from edge.byte_budget import ByteBudget


def test_half_a_second_at_once_and_then_the_rate() -> None:
    budget = ByteBudget(8)  # 1,000 bytes a second
    assert sum(budget.spend(100, 0.0) for _ in range(20)) == 5
    assert sum(budget.spend(100, n / 100) for n in range(1, 1_001)) in (100, 101)


def test_what_is_larger_than_the_burst_passes_and_is_paid_for() -> None:
    budget = ByteBudget(8)
    assert budget.spend(5_000, 0.0)
    assert not budget.spend(1, 4.4)
    assert budget.spend(1, 4.6)


def test_a_clock_that_stands_gives_nothing() -> None:
    budget = ByteBudget(8)
    assert budget.spend(500, 0.0)
    assert not budget.left(0.0)
    assert not budget.left(-5.0)
