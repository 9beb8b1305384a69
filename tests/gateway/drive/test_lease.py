"""One driver at a time."""

import pytest

from gateway.drive.errors import NobodyWaits, NotAllowed, QueueFull
from gateway.drive.lease import FIRST_COMMAND_S, Grant, Lease
from gateway.drive.settings import DriveSettings

SETTINGS = DriveSettings(lease_s=600, presence_timeout_s=2.5, max_queue=2)


class Leased:
    """A lease, and how often it told of a change."""

    def __init__(self) -> None:
        self.changes = 0
        self.lease = Lease(SETTINGS, self._changed)

    def _changed(self) -> None:
        self.changes += 1

    @property
    def holder(self) -> str | None:
        return self.lease.grant.holder if self.lease.grant is not None else None

    @property
    def grant(self) -> Grant:
        assert self.lease.grant is not None
        return self.lease.grant


@pytest.fixture
def leased() -> Leased:
    return Leased()


def test_the_first_drives_and_the_others_wait_in_order(leased: Leased) -> None:
    for name in ("ann", "bob", "cem"):
        leased.lease.request(name, 0.0)
    assert leased.holder == "ann"
    assert [leased.lease.place(name) for name in ("ann", "bob", "cem")] == [None, 1, 2]
    with pytest.raises(QueueFull, match="2 are waiting"):
        leased.lease.request("dia", 0.0)


def test_asking_again_changes_nothing(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    leased.lease.request("bob", 0.0)
    grant, changes = leased.grant, leased.changes
    leased.lease.request("ann", 5.0)
    leased.lease.request("bob", 5.0)
    assert leased.grant is grant
    assert leased.lease.queue == ["bob"]
    assert leased.changes == changes


def test_a_driver_of_whom_nothing_is_heard_has_left(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    leased.lease.heard_of("ann", 1.0)
    leased.lease.tick(3.4)
    assert leased.holder == "ann"
    leased.lease.tick(3.5)
    assert leased.holder is None


def test_a_first_command_may_take_a_moment(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    leased.lease.tick(FIRST_COMMAND_S - 0.1)
    assert leased.holder == "ann"
    leased.lease.tick(FIRST_COMMAND_S)
    assert leased.holder is None


def test_others_do_not_renew_it(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    leased.lease.request("bob", 0.0)
    leased.lease.heard_of("bob", 5.9)
    leased.lease.tick(FIRST_COMMAND_S)
    assert leased.holder == "bob"


def test_it_ends_after_its_time_however_present_its_driver(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    leased.lease.request("bob", 1.0)
    now_s = 0.0
    while now_s < 599.0:
        now_s += 1.0
        leased.lease.heard_of("ann", now_s)
        leased.lease.tick(now_s)
        assert leased.holder == "ann"
    leased.lease.tick(600.0)
    assert leased.holder == "bob"
    assert leased.grant.ends_s == 1_200.0


def test_leaving_gives_it_to_the_next(leased: Leased) -> None:
    for name in ("ann", "bob", "cem"):
        leased.lease.request(name, 0.0)
    sessions = {leased.grant.session}
    leased.lease.leave("bob", 1.0)
    leased.lease.leave("ann", 2.0)
    assert leased.holder == "cem"
    assert leased.lease.queue == []
    sessions.add(leased.grant.session)
    assert len(sessions) == 2, "each lease has a session of its own"
    leased.lease.leave("nobody", 3.0)
    assert leased.holder == "cem"


def test_handing_over(leased: Leased) -> None:
    leased.lease.request("ann", 0.0)
    with pytest.raises(NobodyWaits):
        leased.lease.hand_over("ann", 1.0)
    leased.lease.request("bob", 1.0)
    with pytest.raises(NotAllowed):
        leased.lease.hand_over("bob", 1.0)
    leased.lease.hand_over("ann", 2.0)
    assert leased.holder == "bob"
    assert leased.lease.place("ann") is None


def test_revoking(leased: Leased) -> None:
    leased.lease.revoke(0.0)
    leased.lease.request("ann", 0.0)
    leased.lease.revoke(1.0)
    assert leased.holder is None
    assert leased.lease.granted == 1
