"""One certificate for all connections, a new one every day."""

import pytest

from gateway.certificate import LIFETIME_S, SharedCertificate
from tests.support.clock import Clock


def test_it_is_shared_and_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("time.monotonic", clock)
    shared = SharedCertificate()
    first = shared.newest()
    clock.advance(LIFETIME_S)
    assert shared.newest() is first
    clock.advance(1)
    second = shared.newest()
    assert second is not first
    assert shared.newest() is second
