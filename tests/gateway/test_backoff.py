from hypothesis import given
from hypothesis import strategies as st

from gateway.backoff import Backoff


@given(st.integers(1, 40))
def test_delays_grow_to_the_most_and_are_randomised_within_half(attempts: int) -> None:
    backoff = Backoff(0.2, 0.7)
    for attempt in range(attempts):
        ceiling = min(0.2 * 2**attempt, 0.7)
        assert ceiling / 2 <= backoff.next_delay_s() <= ceiling
    backoff.reset()
    assert backoff.next_delay_s() <= 0.2
