"""docker-compose.yml and deploy/Dockerfile agree with the code, without needing Docker."""

import fnmatch
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from peerlens.cli import parser
from peerlens.config import GatewayConfig, SignalingConfig, load
from signaling.web_app import DEFAULT_ROOT
from tests.support.alone import alone
from tests.support.certificates import certificates
from tests.support.coturn import Coturn, wait_for
from tests.support.turn_client import turn_client

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
ENVIRONMENT = {
    "TURN_HOST": "turn.example.org",
    "TURN_ADDRESS": "203.0.113.1",
    "TURN_SECRET": "0123456789abcdef",
    "TURN_CERTIFICATES": "/etc/certificates",
}
SERVICES = ("signaling", "gateway", "coturn")
OF_PEERLENS = ("signaling", "gateway")


def interpolated(text: str, environment: dict[str, str]) -> str:
    """Do what Compose does with ``${NAME}``, ``${NAME:-default}`` and ``${NAME:?message}``."""

    def value(match: re.Match[str]) -> str:
        name, operator, rest = match["name"], match["operator"], match["rest"]
        if environment.get(name):
            return environment[name]
        assert operator != ":?", f"{name}: {rest}"
        return rest or ""

    form = r"(?<!\$)\$\{(?P<name>\w+)(?:(?P<operator>:[-?])(?P<rest>[^}]*))?\}"
    return re.sub(form, value, text)


def with_values(content: Any) -> Any:
    """Interpolate every text in ``content``; like Compose, after YAML has been parsed."""
    if isinstance(content, dict):
        return {key: with_values(value) for key, value in content.items()}
    if isinstance(content, list):
        return [with_values(item) for item in content]
    return interpolated(content, ENVIRONMENT) if isinstance(content, str) else content


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    content = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    found: dict[str, Any] = with_values(content)
    return found


def script(service: dict[str, Any]) -> list[str]:
    """Return the words of the command that a service ends up running."""
    words: list[str] = service["command"]
    if service.get("entrypoint", [""])[0] == "sh":
        (text,) = words
        (line,) = re.findall(r"^exec (.*)$", text.replace("\\\n", ""), re.MULTILINE)
        return shlex.split(line)
    return ["peerlens", *words]


# Compose


def test_services(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_confined(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    assert service["user"] not in ("", "0", "root", 0)
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["healthcheck"]["test"][0] == "CMD"
    assert "privileged" not in service
    assert not any("docker.sock" in str(volume) for volume in service.get("volumes", ()))


@pytest.mark.parametrize("name", OF_PEERLENS)
def test_commands_are_commands(compose: dict[str, Any], name: str) -> None:
    program, *arguments = script(compose["services"][name])
    assert program == "peerlens"
    assert parser().parse_args(arguments).prepare.__name__ == f"_prepare_{name}"


@pytest.mark.parametrize("name", SERVICES)
def test_scripts_are_shell(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    if "entrypoint" in service:
        text = service["command"][0].replace("$$", "$")
        subprocess.run(["sh", "-n"], input=text, text=True, check=True, timeout=10)


def test_signaling_can_be_configured_so(
    compose: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    service = compose["services"]["signaling"]
    config = load(SignalingConfig, environ=image_environment() | service["environment"])
    assert config.auth.mode == "token"
    (published,) = service["ports"]
    assert published.split(":")[-1] == str(config.http.port)
    assert config.webrtc.turn is not None
    assert config.webrtc.turn.urls[0] == "turn:turn.example.org:3478?transport=udp"
    assert config.webrtc.turn.secret == "0123456789abcdef"
    # The state must outlive the container.
    assert f"signaling-state:{config.auth.state_dir}" in service["volumes"]


def test_the_gateway_can_be_configured_so(compose: dict[str, Any]) -> None:
    services = compose["services"]
    mounted = [volume.split(":") for volume in services["gateway"]["volumes"]]
    (file,) = [source for source, target, *_ in mounted if target == "/etc/peerlens/gateway.yaml"]
    assert "/etc/peerlens/gateway.yaml" in script(services["gateway"])
    environ = image_environment() | services["gateway"]["environment"]
    config = load(GatewayConfig, ROOT / file, environ=environ)
    assert list(config.cameras) == ["test"]
    published = services["signaling"]["ports"][0].split(":")[0]
    assert config.signaling.url == f"ws://127.0.0.1:{published}/ws"
    # Its events must outlive the container.
    assert f"gateway-state:{config.auth.state_dir}" in services["gateway"]["volumes"]
    # Both use the machine's own network.
    assert str(config.http.port) != published
    assert services["gateway"]["network_mode"] == "host"


@pytest.mark.parametrize("name", OF_PEERLENS)
def test_health_is_asked_on_the_right_port(compose: dict[str, Any], name: str) -> None:
    service = compose["services"][name]
    (port, path) = re.findall(r"127\.0\.0\.1:(\d+)/(\w+)", service["healthcheck"]["test"][-1])[0]
    assert port == service["environment"]["PEERLENS_HTTP__PORT"]
    assert path in ("healthz", "readyz")


def test_coturn_gets_its_own_port_and_file(compose: dict[str, Any]) -> None:
    service = compose["services"]["coturn"]
    config = (ROOT / "turn" / "turnserver.conf").read_text("utf-8")
    port = re.search(r"^listening-port=(\d+)$", config, re.MULTILINE)
    assert port
    assert service["healthcheck"]["test"][-2] == port[1]
    assert f":{port[1]}?transport=udp" in str(compose["services"]["signaling"]["environment"])
    assert "/etc/turnserver.conf" in service["command"][0]


def test_coturn_relays_as_composed(compose: dict[str, Any], tmp_path: Path) -> None:
    """The script itself, with the paths of the image made those of this place."""
    service = compose["services"]["coturn"]
    environment: dict[str, str] = service["environment"]
    address = environment["TURN_ADDRESS"]
    issued = certificates(tmp_path, address)
    text = service["command"][0].replace("$$", "$")
    for inside, here in (
        ("/tmp/", f"{tmp_path}/"),
        ("/etc/turnserver.conf", ROOT / "turn" / "turnserver.conf"),
        ("/certificates/fullchain.pem", issued.certificate),
        ("/certificates/privkey.pem", issued.key),
    ):
        assert inside in text
        text = text.replace(inside, str(here))
    with alone((address,)) as place:
        process = subprocess.Popen(
            place.command("sh", "-euc", text),
            env={"PATH": os.environ["PATH"], **environment},
            stdout=subprocess.DEVNULL,
        )
        try:
            running = Coturn(
                (address,), 3478, 5349, environment["TURN_SECRET"], process, tmp_path / "log"
            )
            with place.entered():
                wait_for(running)
            server, tls = (address, running.port), (address, running.tls_port or 0)
            realm = environment["TURN_HOST"]
            with (
                turn_client(server, running.credential(), inside=place, realm=realm) as first,
                turn_client(
                    tls,
                    running.credential(),
                    inside=place,
                    realm=realm,
                    authority=issued.authority,
                ) as second,
            ):
                assert first.allocate() == second.allocate() == 0
                assert first.bind(second.relayed) == 0
                assert first.permit("169.254.169.254") == 403
        finally:
            running.kill()


def test_secrets_come_from_outside() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    with pytest.raises(AssertionError, match=r"see deploy/env\.example"):
        interpolated(text, {})
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_the_example_of_env_names_every_variable() -> None:
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    used = set(re.findall(r"(?<!\$)\$\{(\w+)", text))
    example = (ROOT / "deploy" / "env.example").read_text("utf-8")
    assert set(re.findall(r"^(\w+)=", example, re.MULTILINE)) == used


def test_images_are_targets_of_the_dockerfile(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        build = service["build"]
        assert (ROOT / build["context"] / build["dockerfile"]).samefile(DOCKERFILE)
        assert build["target"] in stages()


# Dockerfile


def instructions() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", "").splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def stages() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for word, rest in instructions():
        if word == "FROM":
            found[rest.split(" AS ")[1]] = []
        found[list(found)[-1]].append((word, rest))
    return found


def one(stage: str, wanted: str) -> str:
    (value,) = [rest for word, rest in stages()[stage] if word == wanted]
    return value


def image_environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in one("peerlens", "ENV").split())


def ignored(path: str) -> bool:
    """Say whether .dockerignore keeps ``path`` out; the last pattern that fits decides."""
    out = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pattern = line.removeprefix("!").replace("**/", "*")
            if fnmatch.fnmatch(path, pattern) or path.startswith(f"{pattern}/"):
                out = not line.startswith("!")
    return out


def test_what_is_copied_exists() -> None:
    for name, stage in stages().items():
        for word, rest in stage:
            if word != "COPY":
                continue
            *sources, _ = [part for part in rest.split() if not part.startswith("--")]
            origin = re.search(r"--from=(\w+)", rest)
            if origin:
                earlier = list(stages())[: list(stages()).index(name)]
                assert origin[1] in earlier, rest
                continue
            for source in sources:
                assert (ROOT / source).exists(), rest
                assert not ignored(source), rest


def test_all_packages_are_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["tool"]["setuptools"]["packages"]["find"]["include"]
    copied = {rest.split()[0] for word, rest in stages()["packages"] if word == "COPY"}
    assert {name.rstrip("*") for name in wanted} <= copied
    assert project["project"]["readme"] in " ".join(
        rest for word, rest in stages()["packages"] if word == "COPY"
    )


@pytest.mark.parametrize("path", [".git", ".env", ".venv", "web/node_modules", ".peerlens"])
def test_what_must_stay_out_stays_out(path: str) -> None:
    assert ignored(path)


@pytest.mark.parametrize("stage", ["peerlens", "turn"])
def test_images_do_not_run_as_root(stage: str) -> None:
    words = [word for word, _ in stages()[stage]]
    assert one(stage, "USER") not in ("0", "root")
    assert words.index("USER") < words.index("ENTRYPOINT")


def test_the_image_runs_the_command_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    program = re.findall(r'"([^"]+)"', one("peerlens", "ENTRYPOINT"))[0]
    assert program in project["project"]["scripts"]
    assert one("peerlens", "EXPOSE") == "8080"


def test_the_image_serves_the_page_that_it_built() -> None:
    root = image_environment()["PEERLENS_HTTP__WEB_ROOT"]
    copied = [rest for word, rest in stages()["peerlens"] if word == "COPY"]
    assert f"--from=web /src/web/{DEFAULT_ROOT.name} {root}" in copied


def test_images_are_built_from_named_versions() -> None:
    for word, rest in instructions():
        if word == "FROM":
            assert re.match(r"[a-z]+:\d[\w.-]*( |$)", rest), rest
