from gateway.motion.budget import FREE_S, MOST_SHARE, DetectionBudget


def test_a_quick_detector_looks_at_every_picture() -> None:
    budget = DetectionBudget()
    for number in range(100):
        assert budget.allows(number / 30)
        budget.spent(FREE_S)


def test_a_slow_one_gets_its_share_of_the_time() -> None:
    budget, spent_s = DetectionBudget(), 0.0
    for number in range(3_000):
        if budget.allows(number / 30):
            budget.spent(0.3)
            spent_s += 0.3
    assert 0.0 < spent_s / 100.0 <= MOST_SHARE * 1.05


def test_a_clock_that_goes_back_forgives() -> None:
    budget = DetectionBudget()
    assert budget.allows(1_000.0)
    budget.spent(60.0)
    assert not budget.allows(1_001.0)
    assert budget.allows(5.0)
