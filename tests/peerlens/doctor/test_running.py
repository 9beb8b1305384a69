"""What a running server says about itself."""

from pathlib import Path

from yarl import URL

from edge.roles import Role
from edge.settings import AuthSettings
from edge.tokens import Tokens
from peerlens.doctor import running
from peerlens.doctor.finding import Level
from peerlens.doctor.running import RunningServer

URL_ = URL("http://127.0.0.1:8080")


def levels(server: RunningServer) -> dict[str, Level]:
    return {each.id: each.level for each in running.judge(server)}


def test_ready_or_not() -> None:
    assert levels(RunningServer(URL_)) == {"server.ready": Level.OK}
    away = RunningServer(URL_, not_ready="signaling: ws://x cannot be reached")
    assert levels(away) == {"server.not-ready": Level.WARNING}


def test_a_gateway_that_was_thrown_out() -> None:
    said = "signaling: another gateway has registered as 'home': give each its own"
    assert levels(RunningServer(URL_, not_ready=said)) == {"server.superseded": Level.PROBLEM}


def test_a_server_with_other_tokens() -> None:
    assert levels(RunningServer(URL_, refused=401))["server.other-tokens"] is Level.WARNING


def test_tokens_are_read_and_never_made(tmp_path: Path) -> None:
    auth = AuthSettings(mode="token", state_dir=tmp_path / "state")
    assert running.read_tokens(auth).by_role == {}
    assert not (tmp_path / "state").exists()
    made = Tokens.load_or_create(auth.state_dir)
    read = running.read_tokens(auth)
    assert read.by_role == made.by_role
    assert made.by_role[Role.ADMIN] not in repr(read)


def test_tokens_that_others_can_read(tmp_path: Path) -> None:
    auth = AuthSettings(mode="token", state_dir=tmp_path)
    Tokens.load_or_create(tmp_path)
    (tmp_path / "tokens.json").chmod(0o644)
    [found] = running.judge_tokens(running.read_tokens(auth))
    assert (found.id, found.level) == ("server.token-file", Level.PROBLEM)
