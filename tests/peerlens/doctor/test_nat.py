"""The kind of address translation, by what STUN servers saw."""

import pytest

from peerlens.doctor import nat
from peerlens.doctor.finding import Level
from peerlens.doctor.nat import Nat
from peerlens.doctor.stun_client import Address, StunReading

HERE: Address = ("192.168.0.2", 5000)
A, B = ("198.51.100.1", 3478), ("198.51.100.2", 3478)
OTHER_PORT = (A[0], 443)
HERE6: Address = ("2001:db8::2", 5000)
A6 = ("2001:db8:1::1", 3478)


def seen(server: Address, mapped: Address, local: Address = HERE) -> StunReading:
    return StunReading("stun:x", server, local, mapped, 20.0)


SILENT = StunReading("stun:x", B, problem="no answer")
OUTSIDE, OTHER = ("203.0.113.9", 6000), ("203.0.113.9", 6001)


@pytest.mark.parametrize(
    ("readings", "kind"),
    [
        ([], None),
        ([SILENT], None),
        ([seen(A, HERE)], Nat.NONE),
        ([seen(A, OUTSIDE), seen(B, OUTSIDE)], Nat.SAME_FOR_ALL),
        ([seen(A, OUTSIDE), seen(B, OTHER)], Nat.SYMMETRIC),
        ([seen(A, OUTSIDE), seen(OTHER_PORT, OTHER)], Nat.SYMMETRIC),
        ([seen(A, OUTSIDE), seen(OTHER_PORT, OUTSIDE)], Nat.UNKNOWN),
        ([seen(A, OUTSIDE), SILENT], Nat.UNKNOWN),
        ([seen(A6, HERE6, HERE6), seen(A, OUTSIDE), seen(B, OTHER)], Nat.SYMMETRIC),
        ([seen(A6, HERE6, HERE6)], Nat.NONE),
    ],
)
def test_kinds(readings: list[StunReading], kind: Nat | None) -> None:
    assert nat.kind_of(readings) is kind


def test_symmetric_is_worse_without_turn() -> None:
    readings = [seen(A, OUTSIDE), seen(B, OTHER)]
    assert [each.level for each in nat.judge(readings, has_turn=True)] == [Level.NOTE]
    assert [each.level for each in nat.judge(readings, has_turn=False)] == [Level.WARNING]


def test_only_stun_servers_are_blamed_for_silence() -> None:
    of_turn = StunReading("turn:x", B, problem="no answer")
    assert [each.id for each in nat.judge_stun([seen(A, HERE), SILENT, of_turn])] == [
        "stun.answers",
        "stun.silent",
    ]
