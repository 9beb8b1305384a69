"""What the answers of a signaling server mean."""

from typing import Any

import pytest
from yarl import URL

from peerlens.doctor import signaling
from peerlens.doctor.certificate import CertificateReading
from peerlens.doctor.finding import Level
from peerlens.doctor.http_client import HttpReading
from peerlens.doctor.signaling_link import LinkReading

FAR = URL("wss://cars.example.org/ws")


def reading(url: URL = FAR, **outcome: Any) -> LinkReading:
    health = HttpReading(status=200, is_peerlens=outcome.pop("is_peerlens", True))
    certificate = outcome.pop("certificate", CertificateReading(days_left=60.0))
    return LinkReading(url, health, certificate, **outcome)


def levels(read: LinkReading) -> dict[str, Level]:
    return {each.id: each.level for each in signaling.judge(read)}


def test_all_is_well() -> None:
    assert levels(reading(took_ms=20.0)) == {
        "signaling.reachable": Level.OK,
        "signaling.certificate-holds": Level.OK,
    }


@pytest.mark.parametrize(
    ("slug", "name"),
    [
        ("unauthorized", "token"),
        ("forbidden", "role"),
        ("unsupported-version", "version"),
        ("overloaded", "overloaded"),
        ("superseded", "refused"),
    ],
)
def test_each_refusal_has_its_finding(slug: str, name: str) -> None:
    found = levels(reading(refused=(slug, "because")))
    assert found[f"signaling.{name}"] is Level.PROBLEM


@pytest.mark.parametrize(
    ("status", "is_peerlens", "name"),
    [
        (404, True, "no-websocket"),
        (403, True, "foreign-page"),
        (403, False, "not-peerlens"),
        (426, True, "no-websocket"),
        (404, False, "not-peerlens"),
        (502, True, "not-peerlens"),
    ],
)
def test_an_answer_that_is_no_websocket(status: int, is_peerlens: bool, name: str) -> None:
    found = levels(reading(status=status, is_peerlens=is_peerlens))
    assert found[f"signaling.{name}"] is Level.PROBLEM


def test_a_certificate_that_does_not_hold_says_it_all() -> None:
    refused = CertificateReading(refused="certificate has expired")
    found = levels(reading(unreachable="certificate has expired", certificate=refused))
    assert found == {"signaling.certificate": Level.PROBLEM}


def test_a_certificate_that_ends_soon() -> None:
    soon = CertificateReading(days_left=3.0)
    found = levels(reading(took_ms=20.0, certificate=soon))
    assert found["signaling.certificate-expires"] is Level.WARNING


@pytest.mark.parametrize(
    ("address", "warned"),
    [
        ("ws://cars.example.org/ws", True),
        ("ws://8.8.8.8/ws", True),
        ("ws://192.168.0.7:8080/ws", False),
        ("ws://127.0.0.1/ws", False),
        ("ws://[::1]/ws", False),
        ("ws://localhost/ws", False),
        ("ws://signaling:8080/ws", False),
    ],
)
def test_tokens_that_travel_far_in_the_clear(address: str, warned: bool) -> None:
    found = levels(reading(URL(address), took_ms=20.0, certificate=CertificateReading()))
    assert ("signaling.in-the-clear" in found) is warned


def test_a_name_and_a_query_of_the_address_are_not_shown() -> None:
    url = URL("wss://me:hidden@cars.example.org/ws?key=hidden")
    for outcome in ({"took_ms": 1.0}, {"unreachable": "no"}, {"status": 404}):
        assert all("hidden" not in each.what for each in signaling.judge(reading(url, **outcome)))
