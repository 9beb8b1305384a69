from gateway.events.event_id import first_id, is_event_id, new_event_id


def test_ids_sort_by_beginning_and_differ_within_a_millisecond() -> None:
    times = [0.0, 999.4, 1_795_859_286_321.2, 1_795_859_286_322.0]
    ids = [new_event_id(at) for at in times]
    assert ids == sorted(ids)
    assert all(map(is_event_id, ids))
    assert len({new_event_id(5.0) for _ in range(1_000)}) == 1_000


def test_a_bound_divides_earlier_from_later() -> None:
    bound = first_id(1_000.0)
    assert new_event_id(999.0) < bound <= new_event_id(1_000.0)


def test_nothing_else_is_an_id() -> None:
    good = new_event_id(1.0)
    for text in ("", "..", "../" + good[3:], good + "0", good.upper() + "A", good[:-1] + "/"):
        assert not is_event_id(text)
