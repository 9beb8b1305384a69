from signaling.renewals import MAX_AT_ONCE, Renewals


def test_each_is_due_after_the_same_time_again_and_again() -> None:
    renewals = Renewals(10.0)
    renewals.start("a", 0.0)
    renewals.start("b", 4.0)
    assert list(renewals.due(9.9)) == []
    assert list(renewals.due(10.0)) == ["a"]
    assert list(renewals.due(14.0)) == ["b"]
    assert list(renewals.due(19.9)) == []
    assert list(renewals.due(24.0)) == ["a", "b"]


def test_who_left_is_not_due() -> None:
    renewals = Renewals(10.0)
    renewals.start("a", 0.0)
    renewals.stop("a")
    renewals.stop("a")
    assert list(renewals.due(100.0)) == []


def test_nobody_is_where_nothing_ends() -> None:
    renewals = Renewals(None)
    renewals.start("a", 0.0)
    assert list(renewals.due(1e9)) == []


def test_of_many_at_once_each_gets_its_turn_and_none_is_served_twice() -> None:
    renewals = Renewals(240.0)
    for number in range(5_000):
        renewals.start(f"c{number}", 0.0)
    served: list[str] = []
    now = 240.0
    while len(served) < 5_000:
        batch = list(renewals.due(now))
        assert 0 < len(batch) <= MAX_AT_ONCE
        served += batch
        now += 0.1
    assert len(set(served)) == 5_000
    assert now < 300.0, "half of the life that 240 s are two fifths of"
    assert list(renewals.due(now)) == []
