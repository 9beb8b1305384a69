"""``peerlens device-token``."""

from pathlib import Path

import pytest

from edge.tokens import Tokens
from peerlens import cli

CONFIGURATIONS = {
    "signaling": "limits: {relays: 7}",
    "up": "cameras: {front: {source: 'push:cam-1'}}\nlimits: {relays: 7}",
    "gateway": "cameras: {front: {source: 'push:cam-1'}}\nsignaling: {url: 'ws://a/ws'}",
}


@pytest.mark.parametrize("command", CONFIGURATIONS)
def test_prints_the_token_for_the_server_with_that_configuration(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str
) -> None:
    file = tmp_path / "peerlens.yaml"
    file.write_text(CONFIGURATIONS[command])
    tokens = Tokens.load_or_create(tmp_path / ".peerlens")
    assert cli.run(["device-token", "cam-1", "-c", str(file)]) == 0
    printed = capsys.readouterr().out.strip()
    assert tokens.device_of(printed) == "cam-1"


@pytest.mark.parametrize(
    ("device_id", "text", "said"),
    [
        ("cam-1", "limits: {relays: 7}", "there are no tokens yet"),
        ("../cam", "limits: {relays: 7}", "expected an id"),
        ("cam-1", "limits: {relay: 7}", "relay"),
    ],
)
def test_says_what_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, device_id: str, text: str, said: str
) -> None:
    file = tmp_path / "peerlens.yaml"
    file.write_text(text)
    assert cli.run(["device-token", device_id, "-c", str(file)]) == 2
    captured = capsys.readouterr()
    assert said in captured.err
    assert captured.out == ""
    assert not (tmp_path / ".peerlens").exists()
