import pytest

from signaling.boards import MAX_OFFLINE_GATEWAYS, OFFLINE_FOR_S, BoardDirectory


def test_a_board_is_found_where_it_is_driven() -> None:
    boards = BoardDirectory()
    assert boards.register("home", "c1", ("board-1", "board-2")) == ()
    assert boards.register("barn", "c2", ("board-3",)) == ()
    assert [boards.link_of(board) for board in ("board-1", "board-2", "board-3")] == [
        "c1",
        "c1",
        "c2",
    ]
    with pytest.raises(KeyError):
        boards.link_of("board-4")


def test_the_first_gateway_keeps_a_board_until_it_leaves() -> None:
    boards = BoardDirectory()
    boards.register("home", "c1", ("board-1",))
    assert boards.register("barn", "c2", ("board-1", "board-2")) == ("board-1",)
    assert boards.link_of("board-1") == "c1"
    boards.gone("home", "c1", 5.0)
    assert boards.link_of("board-1") == "c2"
    assert boards.register("home", "c3", ("board-1",)) == ("board-1",), "it has a new driver"
    assert boards.link_of("board-1") == "c2"


def test_a_gateway_that_registers_again_keeps_its_place() -> None:
    boards = BoardDirectory()
    boards.register("home", "c1", ("board-1",))
    boards.register("barn", "c2", ("board-1",))
    assert boards.register("home", "c3", ("board-1",)) == ()
    assert boards.link_of("board-1") == "c3"
    boards.gone("home", "c1", 5.0)
    assert boards.link_of("board-1") == "c3", "the older link was superseded before"
    assert boards.register("home", "c4", ()) == ()
    assert boards.link_of("board-1") == "c2"


def test_boards_of_absent_gateways_are_remembered_for_a_while() -> None:
    boards = BoardDirectory()
    boards.register("home", "c1", ("board-1",))
    boards.gone("home", "c1", 5.0)
    boards.expire(5.0 + OFFLINE_FOR_S - 0.1)
    assert boards.link_of("board-1") is None
    boards.expire(5.0 + OFFLINE_FOR_S)
    with pytest.raises(KeyError):
        boards.link_of("board-1")


def test_so_many_absent_gateways_are_remembered_and_no_more() -> None:
    boards = BoardDirectory()
    for i in range(MAX_OFFLINE_GATEWAYS + 1):
        boards.register(f"g{i}", f"c{i}", (f"b{i}",))
        boards.gone(f"g{i}", f"c{i}", float(i))
    with pytest.raises(KeyError):
        boards.link_of("b0")
    assert boards.link_of("b1") is None
