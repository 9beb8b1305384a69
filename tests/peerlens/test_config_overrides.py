from pathlib import Path

import pytest

from peerlens.config import GatewayConfig, SignalingConfig, UpConfig, load
from peerlens.errors import ConfigError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "peerlens.yaml"
    path.write_text(
        "http: {port: 1000}\n"
        "cameras:\n"
        "  Front-Door.1: {source: 'synthetic:', name: Door}\n"
        "signaling: {url: 'ws://a/ws', token: t}\n",
        "utf-8",
    )
    return path


def loaded(file: Path, environ: dict[str, str] | None = None, *flags: str) -> GatewayConfig:
    return load(GatewayConfig, file, environ=environ or {}, flags=flags)


def refused(file: Path, environ: dict[str, str] | None = None, *flags: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(file, environ, *flags)
    return str(caught.value)


def test_flags_beat_the_environment_and_the_environment_beats_the_file(file: Path) -> None:
    environ = {"PEERLENS_HTTP__PORT": "2000"}
    assert loaded(file).http.port == 1000
    assert loaded(file, environ).http.port == 2000
    assert loaded(file, environ, "http.port=3000").http.port == 3000
    assert loaded(file, environ, "http.port=3000", "http.port=4000").http.port == 4000


def test_variables_may_be_in_any_case(file: Path) -> None:
    assert loaded(file, {"peerlens_http__Port": "2000"}).http.port == 2000


def test_a_variable_finds_a_camera_however_it_is_spelled(file: Path) -> None:
    config = loaded(file, {"PEERLENS_CAMERAS__FRONT_DOOR_1__WARM": "true"})
    assert list(config.cameras) == ["Front-Door.1"]
    assert config.cameras["Front-Door.1"].warm is True
    assert config.cameras["Front-Door.1"].name == "Door"


def test_a_variable_makes_a_camera_that_the_file_has_not(file: Path) -> None:
    config = loaded(file, {"PEERLENS_CAMERAS__BACK__SOURCE": "synthetic:"})
    assert set(config.cameras) == {"Front-Door.1", "back"}


def test_other_and_empty_variables_do_not_count(file: Path) -> None:
    environ = {"PATH": "/bin", "PEERLENSHTTP": "x", "PEERLENS_HTTP__PORT": ""}
    assert loaded(file, environ).http.port == 1000


def test_a_flag_quotes_an_id_with_dots(file: Path) -> None:
    config = loaded(file, None, 'cameras."Front-Door.1".warm=true')
    assert config.cameras["Front-Door.1"].warm is True


def test_values_are_yaml(file: Path) -> None:
    config = loaded(
        file,
        {"PEERLENS_HTTP__ALLOWED_ORIGINS": "[https://a.example, 'https://b.example']"},
        "webrtc.ice_servers=[{urls: 'stun:a'}]",
        "cameras.back={source: 'synthetic:', motion: {enabled: false}}",
    )
    assert config.http.allowed_origins == ("https://a.example", "https://b.example")
    assert config.webrtc.ice_servers[0].urls == ("stun:a",)
    assert config.cameras["back"].motion.enabled is False


@pytest.mark.parametrize("token", ["0123456789", "true", "null", "a: b", "[x", "  x ", "a=b"])
def test_where_text_is_expected_the_value_is_taken_as_it_is(file: Path, token: str) -> None:
    assert loaded(file, {"PEERLENS_SIGNALING__TOKEN": token}).signaling.token == token
    assert loaded(file, None, f"signaling.token={token}").signaling.token == token


def test_everything_can_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {
        "PEERLENS_HTTP__HOST": "0.0.0.0",
        "PEERLENS_AUTH__MODE": "token",
        "PEERLENS_CAMERAS__FRONT__SOURCE": "synthetic:",
    }
    config = load(UpConfig, environ=environ)
    assert config.cameras["front"].source == "synthetic:"
    assert config.auth.state_dir == tmp_path / ".peerlens"


@pytest.mark.parametrize(
    ("environ", "flags", "expected"),
    [
        (
            {"PEERLENS_HTTP__PROT": "1"},
            (),
            'PEERLENS_HTTP__PROT: http.prot: unknown key; did you mean "port"?',
        ),
        (
            {"PEERLENS_HTTP_PORT": "1"},
            (),
            "PEERLENS_HTTP_PORT: http_port: unknown key; did you mean PEERLENS_HTTP__PORT?",
        ),
        ({"PEERLENS_HTTP__": "1"}, (), "PEERLENS_HTTP__: expected PEERLENS_KEY__PATH"),
        ({"PEERLENS_": "1"}, (), "PEERLENS_: expected PEERLENS_KEY__PATH"),
        (
            {"PEERLENS_HTTP__PORT": "abc"},
            (),
            'PEERLENS_HTTP__PORT: http.port: expected a whole number, given "abc"',
        ),
        (
            {"PEERLENS_HTTP__PORT__X": "1"},
            (),
            "PEERLENS_HTTP__PORT__X: http.port has no keys below it; set it as a whole",
        ),
        (
            {"PEERLENS_LIMITS__CONNECTIONS": "1"},
            (),
            "PEERLENS_LIMITS__CONNECTIONS: limits: unknown key here; it belongs to the"
            " configuration of another command",
        ),
        ({}, ("http.prot=1",), '--set http.prot: unknown key; did you mean "port"?'),
        ({}, ("http.port=x",), '--set http.port: expected a whole number, given "x"'),
        ({}, ("http.port=[1",), "--set http.port:1: not YAML: "),
        ({}, ("http.port",), "--set http.port: expected KEY.PATH=VALUE"),
        ({}, ("=1",), "--set : expected KEY.PATH=VALUE"),
        ({}, ("http..port=1",), "--set http..port: expected KEY.PATH=VALUE"),
        ({}, (".http=1",), "--set .http: expected KEY.PATH=VALUE"),
        ({}, ("http.=1",), "--set http.: expected KEY.PATH=VALUE"),
        (
            {},
            ("cameras.b={sorce: x}",),
            '--set cameras.b: cameras.b.sorce: unknown key; did you mean "source"?',
        ),
    ],
)
def test_names_where_the_problem_is(
    file: Path, environ: dict[str, str], flags: tuple[str, ...], expected: str
) -> None:
    line = refused(file, environ, *flags)
    assert line.startswith(expected)
    assert "\n" not in line


def test_a_repaired_value_is_no_longer_a_problem(tmp_path: Path) -> None:
    file = tmp_path / "peerlens.yaml"
    file.write_text("http: {port: abc}\n", "utf-8")
    assert load(SignalingConfig, file, flags=["http.port=1"]).http.port == 1
