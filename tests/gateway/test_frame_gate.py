from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.frame_gate import BURST_FRAMES, FrameGate
from gateway.overload import Allowance


def admitted(gate: FrameGate, fps: float, seconds: float, allowance: Allowance) -> int:
    return sum(gate.admits(n / fps, allowance) for n in range(round(fps * seconds)))


@pytest.mark.parametrize(("frame_every", "expected"), [(1, 300), (2, 150), (3, 100)])
def test_one_in_so_many(frame_every: int, expected: int) -> None:
    gate = FrameGate()
    assert admitted(gate, 30.0, 10.0, Allowance(1, frame_every, 120.0)) == expected
    assert gate.shed == 300 - expected


def test_what_is_let_through_is_evenly_spaced() -> None:
    gate = FrameGate()
    passed = [n for n in range(90) if gate.admits(n / 30, Allowance(0, 3, 30.0))]
    assert {later - earlier for earlier, later in pairwise(passed)} == {3}


@pytest.mark.parametrize("fps", [40.0, 100.0, 1_000.0])
def test_a_flood_is_cut_to_the_most(fps: float) -> None:
    count = admitted(FrameGate(), fps, 10.0, Allowance(1, 1, 20.0))
    assert count == pytest.approx(200, abs=BURST_FRAMES + 2)


def test_a_burst_that_the_network_made_passes() -> None:
    gate, allowance = FrameGate(), Allowance(1, 1, 15.0)
    for second in range(5):
        assert all(gate.admits(float(second), allowance) for _ in range(BURST_FRAMES))
    assert gate.shed == 0


@given(
    st.lists(st.floats(0.0, 0.5), min_size=1, max_size=200),
    st.integers(1, 3),
    st.floats(1.0, 120.0),
)
def test_never_more_than_allowed_and_never_starved(
    gaps: list[float], frame_every: int, most_fps: float
) -> None:
    gate, allowance = FrameGate(), Allowance(0, frame_every, most_fps)
    now_s = passed = 0.0
    for gap_s in gaps:
        now_s += gap_s
        passed += gate.admits(now_s, allowance)
    assert passed <= now_s * most_fps + BURST_FRAMES + 2
    assert passed <= len(gaps) / frame_every
    assert passed + gate.shed == len(gaps)
    assert any(gate.admits(now_s + 1 + n, allowance) for n in range(frame_every))
