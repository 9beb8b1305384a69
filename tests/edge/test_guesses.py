from edge.guesses import FORGET_AFTER_S, MAX_ADDRESSES, MAX_DELAY_S, MAX_PENDING, Guesses

HERE = "192.0.2.1"


def test_each_wrong_guess_costs_more_up_to_a_bound() -> None:
    guesses, now = Guesses(), 0.0
    delays = []
    for _ in range(12):
        delay = guesses.wrong(HERE, now)
        assert delay is not None
        delays.append(delay)
        now += delay
    assert delays == sorted(delays)
    assert delays[0] < 0.1
    assert delays[-1] == MAX_DELAY_S


def test_only_so_many_may_wait_at_a_time() -> None:
    guesses = Guesses()
    answers = [guesses.wrong(HERE, 0.0) for _ in range(MAX_PENDING + 5)]
    assert answers[MAX_PENDING:] == [None] * 5
    assert guesses.wrong("192.0.2.2", 0.0) is not None
    assert guesses.wrong(HERE, MAX_DELAY_S + 0.1) == MAX_DELAY_S


def test_a_quiet_address_is_forgiven() -> None:
    guesses = Guesses()
    first = guesses.wrong(HERE, 0.0)
    for _ in range(5):
        guesses.wrong(HERE, 1.0)
    assert guesses.wrong(HERE, 2.0 + FORGET_AFTER_S) == first


def test_the_table_is_bounded() -> None:
    guesses = Guesses()
    for i in range(MAX_ADDRESSES + 100):
        guesses.wrong(f"address {i}", float(i) / 1000)
    assert len(guesses) == MAX_ADDRESSES
