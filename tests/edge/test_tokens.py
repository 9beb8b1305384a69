import json
import os
import stat
import threading
from pathlib import Path

import pytest

from edge.errors import TokenFileError
from edge.roles import Role
from edge.tokens import FILE_NAME, Tokens


def test_first_start_makes_one_token_per_role(tmp_path: Path) -> None:
    state = tmp_path / "deep" / "state"
    tokens = Tokens.load_or_create(state)
    assert tokens.created
    assert set(tokens.by_role) == set(Role)
    assert len(set(tokens.by_role.values())) == len(Role)
    assert all(len(token) >= 43 for token in tokens.by_role.values())
    assert stat.S_IMODE((state / FILE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert [path.name for path in state.iterdir()] == [FILE_NAME]


def test_later_starts_keep_them(tmp_path: Path) -> None:
    first = Tokens.load_or_create(tmp_path)
    second = Tokens.load_or_create(tmp_path)
    assert second.by_role == first.by_role
    assert not second.created


def test_starts_at_the_same_time_agree(tmp_path: Path) -> None:
    found: list[Tokens] = []
    threads = [
        threading.Thread(target=lambda: found.append(Tokens.load_or_create(tmp_path)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({tokens.by_role[Role.ADMIN] for tokens in found}) == 1
    assert sum(tokens.created for tokens in found) == 1


def test_a_token_tells_its_role(tmp_path: Path) -> None:
    tokens = Tokens.load_or_create(tmp_path)
    for role, token in tokens.by_role.items():
        assert tokens.role_of(token) is role
        assert tokens.role_of(token[:-1]) is None
    assert tokens.role_of("") is None
    assert tokens.role_of("\ud800 no Unicode") is None


def test_secrets_do_not_show_in_logs() -> None:
    tokens = Tokens.generate()
    assert not any(token in repr(tokens) for token in tokens.by_role.values())


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    Tokens.load_or_create(tmp_path)
    (tmp_path / FILE_NAME).chmod(mode)
    with pytest.raises(TokenFileError, match="others can read it"):
        Tokens.load_or_create(tmp_path)


def good() -> dict[str, str]:
    return {role.value: token for role, token in Tokens.generate().by_role.items()}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "expected JSON"),
        ("{", "expected JSON"),
        ("[]", "expected an object"),
        (json.dumps({}), "viewer: expected a token"),
        (json.dumps(good() | {"admin": "short"}), "admin: expected a token of 24"),
        (json.dumps(good() | {"admin": 5}), "admin: expected"),
        (json.dumps(good() | {"owner": "x"}), "'owner' is no role"),
        (json.dumps(dict.fromkeys(good(), "one-token-for-everything-01234")), "share a token"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, content: str, complaint: str) -> None:
    path = tmp_path / FILE_NAME
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(TokenFileError, match=complaint) as caught:
        Tokens.load_or_create(tmp_path)
    assert "\n" not in str(caught.value)


def test_a_link_or_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text(json.dumps(good()))
    elsewhere.chmod(0o600)
    os.symlink(elsewhere, tmp_path / FILE_NAME)
    with pytest.raises(TokenFileError):
        Tokens.load_or_create(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(TokenFileError):
        Tokens.load_or_create(tmp_path)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(TokenFileError, match="File exists"):
        Tokens.load_or_create(tmp_path / "state")
