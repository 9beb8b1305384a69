"""Who can open the page."""

import pytest

from edge.settings import HttpSettings
from peerlens.doctor import browsers
from peerlens.doctor.finding import Level


def levels(http: HttpSettings, *, http_cameras: bool = False) -> dict[str, Level]:
    return {each.id: each.level for each in browsers.judge(http, http_cameras)}


def test_loopback_is_worth_a_note() -> None:
    assert levels(HttpSettings()) == {"browsers.this-machine-only": Level.NOTE}
    assert levels(HttpSettings(host="0.0.0.0")) == {"browsers.reachable": Level.OK}


@pytest.mark.parametrize(
    ("origin", "name"),
    [
        ("https://example.org/app", "browsers.origin-has-path"),
        ("example.org", "browsers.origin-unusable"),
        ("https://example.org/", None),
        ("https://Example.org", None),
    ],
)
def test_origins(origin: str, name: str | None) -> None:
    found = levels(HttpSettings(allowed_origins=(origin,)))
    assert {each for each in found if "origin" in each} == ({name} if name else set())


def test_a_secure_page_and_an_insecure_server() -> None:
    http = HttpSettings(host="0.0.0.0", allowed_origins=("https://example.org",))
    assert "browsers.mixed-content" in levels(http)
    assert "browsers.lan-view" in levels(http, http_cameras=True)
    # Behind a proxy on the same machine, all is secure.
    behind = HttpSettings(allowed_origins=("https://example.org",))
    assert "browsers.mixed-content" not in levels(behind)
