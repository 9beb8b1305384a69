from signaling import outbox as module
from signaling.outbox import Outbox


def test_first_in_first_out() -> None:
    outbox = Outbox()
    for text in "abc":
        assert outbox.put(text)
    assert [outbox.pop() for _ in range(4)] == ["a", "b", "c", None]


def test_a_full_outbox_refuses() -> None:
    outbox = Outbox(2)
    assert outbox.put("a")
    assert outbox.put("b")
    assert not outbox.put("c")
    assert not outbox.put_state("d")
    assert outbox.pop() == "a"
    assert outbox.put("c")
    outbox.clear()
    assert len(outbox) == 0
    assert outbox.pop() is None


def test_of_states_only_the_newest_waits() -> None:
    outbox = Outbox(3)
    outbox.put("a")
    for i in range(10):
        assert outbox.put_state(f"state {i}")
    outbox.put("b")
    assert outbox.put_state("state 10")
    assert outbox.replaced == 10
    assert [outbox.pop() for _ in range(4)] == ["a", "state 10", "b", None]


def test_the_characters_are_bounded_too() -> None:
    outbox = Outbox()
    large = "x" * (module.MAX_CHARACTERS // 2)
    assert outbox.put(large)
    assert outbox.put(large)
    assert not outbox.put("x")
    outbox.pop()
    assert outbox.put("x")
