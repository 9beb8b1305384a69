from pathlib import Path

import pytest

from peerlens.config import GatewayConfig, SignalingConfig, UpConfig, load
from peerlens.errors import ConfigError


def with_outputs(*outputs: str) -> str:
    """A camera with these outputs, each the inside of a YAML mapping."""
    listed = ", ".join(f"{{{output}}}" for output in outputs)
    return f"cameras: {{front: {{source: 'synthetic:', outputs: [{listed}]}}}}\n"


CAMERA = "cameras: {front: {source: 'http://192.168.0.20:8080/stream'}}\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "peerlens.yaml"


def problems(file: Path, text: str, root: type[UpConfig] = UpConfig) -> list[str]:
    """Return what is wrong with ``text``, without the name of the folder."""
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(root, file)
    return [line.replace(f"{file.parent}/", "") for line in caught.value.problems]


# What is right


def test_reads_a_file(file: Path) -> None:
    file.write_text(
        "http: {port: 9000}\n"
        "cameras:\n"
        "  front: &usual\n"
        "    source: http://192.168.0.20:8080/stream\n"
        "    motion: {threshold: 0.2}\n"
        "  back: *usual\n"
        "cars: {car1: {camera: front, board: board-1}}\n"
        "webrtc: {ice_servers: [{urls: 'stun:stun.example.org'}]}\n",
        "utf-8",
    )
    config = load(UpConfig, file)
    assert config.http.port == 9000
    assert config.cameras["front"] == config.cameras["back"]
    assert config.cameras["back"].motion.threshold == 0.2
    assert config.cars["car1"].board == "board-1"
    assert config.webrtc.ice_servers[0].urls == ("stun:stun.example.org",)


def test_signaling_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = load(SignalingConfig)
    assert (config.http.host, config.http.port, config.auth.mode) == ("127.0.0.1", 8080, "open")


def test_takes_peerlens_yaml_of_the_working_folder(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(CAMERA, "utf-8")
    monkeypatch.chdir(file.parent)
    assert list(load(UpConfig).cameras) == ["front"]


def test_relative_paths_are_relative_to_the_file(file: Path) -> None:
    file.write_text(
        "auth: {state_dir: state}\n"
        "http: {web_root: web}\n"
        "cameras: {a: {source: 'file:clips/yard.mp4'}, b: {source: 'file:/srv/yard.mp4'}}\n",
        "utf-8",
    )
    config = load(UpConfig, file)
    assert config.auth.state_dir == file.parent / "state"
    assert config.http.web_root == file.parent / "web"
    assert config.cameras["a"].source == f"file:{file.parent}/clips/yard.mp4"
    assert config.cameras["b"].source == "file:/srv/yard.mp4"


def test_keys_are_text_and_only_true_and_false_are_booleans(file: Path) -> None:
    file.write_text(
        "cameras:\n"
        "  1: {source: 'synthetic:', name: no}\n"
        "  on: {source: 'synthetic:', warm: true}\n",
        "utf-8",
    )
    config = load(UpConfig, file)
    assert config.cameras["1"].name == "no"
    assert config.cameras["on"].warm is True


def test_a_byte_order_mark_is_no_problem(file: Path) -> None:
    file.write_text(CAMERA, "utf-8-sig")
    assert list(load(UpConfig, file).cameras) == ["front"]


def test_outputs_are_read_and_nothing_is_lost_of_their_addresses(file: Path) -> None:
    address = "https://sfu.example.org:8443/a%2Fb/whip?key=x%20y"
    file.write_text(with_outputs(f"whip: '{address}', token: t0ken", "whip: 'http://a'"), "utf-8")
    outputs = load(UpConfig, file).cameras["front"].outputs
    assert [(output.whip, output.token) for output in outputs] == [
        (address, "t0ken"),
        ("http://a", None),
    ]


# What is wrong with a file


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "cameras:\n  front:\n    sorce: http://a/\n",
            'peerlens.yaml:3: cameras.front.sorce: unknown key; did you mean "source"?',
        ),
        (
            CAMERA + "http: {prot: 1}\n",
            'peerlens.yaml:2: http.prot: unknown key; did you mean "port"?',
        ),
        (
            CAMERA + "auth:\n  zzzzz: 1\n",
            "peerlens.yaml:3: auth.zzzzz: unknown key; known here: mode, state_dir",
        ),
        (
            CAMERA + "signaling: {url: 'ws://a/ws'}\n",
            "peerlens.yaml:2: signaling: unknown key here; it belongs to the configuration of"
            " another command",
        ),
        (
            CAMERA + "http:\n  port: 'eighty'\n",
            'peerlens.yaml:3: http.port: expected a whole number, given "eighty"',
        ),
        (
            CAMERA + "http: {port: '8080'}\n",
            'peerlens.yaml:2: http.port: expected a whole number, given "8080"',
        ),
        (
            CAMERA + "http: {port: true}\n",
            "peerlens.yaml:2: http.port: expected a whole number, given true",
        ),
        (
            CAMERA + "http: {port: 70000}\n",
            "peerlens.yaml:2: http.port: expected at most 65535, given 70000",
        ),
        (
            CAMERA + "http: [1]\n",
            "peerlens.yaml:2: http: expected keys with values below it, given a list",
        ),
        (
            CAMERA + "webrtc:\n",
            "peerlens.yaml:2: webrtc: expected keys with values below it, given nothing",
        ),
        (
            CAMERA + "auth: {mode: opn}\n",
            'peerlens.yaml:2: auth.mode: expected open or token, given "opn"',
        ),
        (
            CAMERA + "http: {host: 0.0.0.0}\n",
            "peerlens.yaml: auth.mode: open is refused on http.host 0.0.0.0: expected auth.mode:"
            " token, or a loopback host such as 127.0.0.1",
        ),
        (
            "cameras:\n  front:\n    warm: true\n",
            "peerlens.yaml:2: cameras.front.source: missing; it has no default",
        ),
        (
            "cameras: {front: {source: 'ftp://a/'}}\n",
            "peerlens.yaml:1: cameras.front.source: 'ftp://a/': expected http://, https://,"
            " rtsp://, rtsps://, push:, file: or synthetic:",
        ),
        (
            "cameras: {front: {source: 'synthetic:', motion: {threshold: 1.5}}}\n",
            "peerlens.yaml:1: cameras.front.motion.threshold: expected at most 1, given 1.5",
        ),
        (
            "cameras: {front: {source: 'synthetic:', stall_timeout_s: .inf}}\n",
            'peerlens.yaml:1: cameras.front.stall_timeout_s: expected a number, given ".inf"',
        ),
        (
            "cameras: {front: {source: 'synthetic:', name: 5}}\n",
            "peerlens.yaml:1: cameras.front.name: expected text (numbers and true, false in"
            " quotes), given 5",
        ),
        (
            "cameras: {a b: {source: 'synthetic:'}}\n",
            "peerlens.yaml:1: cameras.a b: expected 1-64 of A-Z a-z 0-9 . _ -, first a letter or"
            ' digit, given "a b"',
        ),
        (
            "cameras: {api: {source: 'synthetic:'}}\n",
            "peerlens.yaml:1: cameras.api: the name is taken by the server itself, as are api,"
            " assets, camera, doctor, drive, events, healthz, metrics, readyz, snapshot.jpg,"
            " stream, whep, ws",
        ),
        (
            CAMERA + "cars: {car1: {camera: back}}\n",
            "peerlens.yaml: cars.car1.camera: expected one of the cameras (front), given back",
        ),
        (
            CAMERA + "webrtc: {ice_servers: [{urls: ['http://a/']}]}\n",
            "peerlens.yaml:2: webrtc.ice_servers[0].urls: 'http://a/': expected stun:, stuns:,"
            " turn: or turns:",
        ),
        (
            CAMERA + "webrtc: {turn: {urls: ['stun:a'], secret: 0123456789abcdef}}\n",
            "peerlens.yaml:2: webrtc.turn.urls: 'stun:a': expected turn:HOST[:PORT]"
            "[?transport=udp|tcp] or turns:HOST[:PORT][?transport=tcp]",
        ),
        (
            CAMERA + "webrtc: {turn: {urls: 'turn:a', secret: too-short}}\n",
            "peerlens.yaml:2: webrtc.turn.secret: expected string should have at least 16"
            " characters, given a value that is not shown here",
        ),
        (
            with_outputs("whip: 'ftp://a/hidden'"),
            "peerlens.yaml:1: cameras.front.outputs[0].whip: expected http://HOST/PATH or"
            " https://HOST/PATH",
        ),
        (
            with_outputs("whip: 'http://a:99999/'"),
            "peerlens.yaml:1: cameras.front.outputs[0].whip: not a URL: expected http://… or",
        ),
        (
            with_outputs("whip: 'http://me:hidden@a/'"),
            "peerlens.yaml:1: cameras.front.outputs[0].whip: expected no name and password in the"
            " address: use token",
        ),
        (
            with_outputs("whip: 'http://a/', token: 'hidden token'"),
            "peerlens.yaml:1: cameras.front.outputs[0].token: expected 1 to 4096 ASCII characters"
            " without spaces",
        ),
        (
            with_outputs("token: hidden"),
            "peerlens.yaml:1: cameras.front.outputs[0].whip: missing; it has no default",
        ),
        (
            with_outputs(*(["whip: 'http://a/hidden'"] * 5)),
            "peerlens.yaml:1: cameras.front.outputs: expected 4 at most, given 5",
        ),
        (
            "cameras: {front: {source: 'synthetic:', outputs: {whip: 'http://a/'}}}\n",
            "peerlens.yaml:1: cameras.front.outputs: expected a list, given keys",
        ),
        (
            "cameras: {front: {source: 'push:cam-7'}}\ncars: {car1: {camera: front}}\n",
            "peerlens.yaml: cars.car1.camera: expected a camera that the gateway reads itself: the"
            " age of pushed pictures is not known, and front pushes its own",
        ),
        (
            "cameras:\n  front: {source: 'synthetic:'}\n  back: {source: 'synthetic:'}\n"
            "  front: {source: 'synthetic:'}\n",
            "peerlens.yaml:4: cameras.front: duplicate camera front, first on line 2",
        ),
        (
            CAMERA + "http: {port: 1, port: 2}\n",
            "peerlens.yaml:2: http.port: duplicate key port, first on line 2",
        ),
        ("- a\n", "peerlens.yaml:1: expected keys at the top level, given a list"),
        ("hello\n", "peerlens.yaml:1: expected keys at the top level, given a single value"),
        (
            "a: 1\nb: c: 2\n",
            "peerlens.yaml:2: not YAML: mapping values are not allowed here",
        ),
        (
            "a: 1\n---\nb: 2\n",
            "peerlens.yaml:2: not YAML: but found another document",
        ),
        (
            CAMERA + "http: !!python/object:os.system {}\n",
            "peerlens.yaml:2: the tag tag:yaml.org,2002:python/object:os.system is not supported",
        ),
        (
            CAMERA + "http: {port: !!python/name:os.system 1}\n",
            "peerlens.yaml:2: the tag tag:yaml.org,2002:python/name:os.system is not supported",
        ),
        (
            "cameras: &a {front: *a}\n",
            "peerlens.yaml:1: an alias that contains itself",
        ),
        ("? [a]\n: 1\n", "peerlens.yaml:1: expected text as key"),
        ("a: \x07\n", "peerlens.yaml: not YAML: unacceptable character #x0007: special"),
        ("", "peerlens.yaml: no cameras are configured; start from"),
        ("cameras: {}\n", "peerlens.yaml: no cameras are configured; start from"),
        ("http: {port: 9}\n", "peerlens.yaml: no cameras are configured; start from"),
        (
            f"cameras: {{front: {{source: 'synthetic:', name: '{'n' * 101}'}}}}\n",
            "peerlens.yaml:1: cameras.front.name: ",
        ),
        (
            "cameras:\n" + "".join(f"  c{n}: {{source: 'synthetic:'}}\n" for n in range(257)),
            "peerlens.yaml:1: cameras: expected 256 at most, given more",
        ),
        (
            "cameras: {stream: {source: 'synthetic:'}}\n",
            "peerlens.yaml:1: cameras.stream: the name",
        ),
    ],
)
def test_one_readable_line(file: Path, text: str, expected: str) -> None:
    (line,) = problems(file, text)
    assert line.startswith(expected)
    assert "\n" not in line
    assert "hidden" not in line


def test_one_line_per_problem_in_the_order_of_the_file_and_the_first_five(file: Path) -> None:
    lines = problems(file, "cameras:\n" + "".join(f"  c{i}: {{sauce: x}}\n" for i in range(7)))
    assert [line.split(":")[1] for line in lines] == ["2", "3", "4", "5", "6", "7", "8"]
    shown = str(ConfigError(*lines)).splitlines()
    assert shown == [*lines[:5], "and 2 more"]


@pytest.mark.parametrize(
    "text",
    [
        "signaling: {url: 'ws://a/ws', token: [hunter2]}\n",
        "signaling: {url: 'ws://a/ws', tokken: hunter2}\n",
        "signaling: {url: 'http://me:hunter2@a/ws'}\n",
        "signaling: {url: 'ws://a/ws'}\ncameras: {a: {source: 'htp://me:hunter2@a/'}}\n",
        "signaling: {url: 'ws://a/ws'}\n"
        "cameras: {a: {source: 'file:a', name: ['//a:hunter2@b']}}\n",
        "signaling: {url: 'ws://a/ws'}\n"
        "cameras: {a: {source: 'file:a', auth: {password: hunter2}}}\n",
        "signaling: {url: 'ws://a/ws'}\n"
        "cameras: {a: {source: 'file:a', auth: {password: hunter2, username: 5}}}\n",
    ],
)
def test_secrets_are_not_shown(file: Path, text: str) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load(GatewayConfig, file)
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.yaml: no such file$"):
        load(UpConfig, tmp_path / "nothing.yaml")


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"expected a file, given a folder$"):
        load(UpConfig, tmp_path)


def test_a_file_below_a_file(file: Path) -> None:
    file.touch()
    with pytest.raises(ConfigError, match=r"cannot be read: Not a directory$"):
        load(UpConfig, file / "peerlens.yaml")


def test_bytes_that_are_not_text(file: Path) -> None:
    file.write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(ConfigError, match=r"not YAML: expected UTF-8 text$"):
        load(UpConfig, file)


def test_very_deep_yaml(file: Path) -> None:
    file.write_text("[" * 5_000, "utf-8")
    with pytest.raises(ConfigError, match="not YAML"):
        load(UpConfig, file)


def test_no_file_and_no_cameras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match="no cameras are configured; start from deploy/"):
        load(UpConfig)


@pytest.mark.parametrize(
    ("cars", "expected"),
    [
        ("{a: {camera: front}, b: {camera: front}}", "cars.b.camera: expected one that no other"),
        (
            "{a: {camera: front, board: x}, b: {camera: back, board: x}}",
            "cars.b.board: expected one that no other car has, given x, which a has",
        ),
    ],
)
def test_a_camera_and_a_board_belong_to_one_car(file: Path, cars: str, expected: str) -> None:
    cameras = "{front: {source: 'synthetic:'}, back: {source: 'synthetic:'}}"
    (line,) = problems(file, f"cameras: {cameras}\ncars: {cars}\n")
    assert expected in line
