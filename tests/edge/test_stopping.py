from edge.stopping import Stopping


def test_handlers_are_called_once_and_only_while_inside() -> None:
    stopping = Stopping()
    calls: list[str] = []
    with stopping.calling(lambda: calls.append("gone")):
        pass
    with stopping.calling(lambda: calls.append("here")):
        stopping.announce()
        stopping.announce()
    assert calls == ["here"]


def test_who_comes_too_late_is_called_at_once() -> None:
    stopping = Stopping()
    stopping.announce()
    calls: list[str] = []
    with stopping.calling(lambda: calls.append("late")):
        assert calls == ["late"]
