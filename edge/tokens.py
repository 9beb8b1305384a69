"""The tokens of a server: one per role, in a file that only its owner can read."""

import contextlib
import hashlib
import hmac
import json
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from edge.device_tokens import device_of, device_token
from edge.errors import TokenFileError
from edge.roles import Role

FILE_NAME = "tokens.json"
MIN_CHARACTERS = 24
"""Shorter tokens are refused: what protects a token is that it cannot be guessed."""
MAX_CHARACTERS = 512
MAX_FILE_BYTES = 16_384


@dataclass(frozen=True)
class Tokens:
    """One token per role. ``created`` says that this start made them."""

    by_role: dict[Role, str]
    created: bool = False

    def __repr__(self) -> str:
        return f"Tokens(<{len(self.by_role)} secrets>, created={self.created})"

    def role_of(self, token: str) -> Role | None:
        """Return the role whose token this is, comparing all of them in constant time."""
        given = _digest(token)
        found: Role | None = None
        for role, known in self.by_role.items():
            if hmac.compare_digest(given, _digest(known)):
                found = role
        return found

    def device_of(self, token: str) -> str | None:
        """Return the id that a device's own token speaks for, None for any other token."""
        return device_of(self._device_key, token)

    def device_token(self, device_id: str) -> str:
        """Return the own token of ``device_id``, the same each time."""
        return device_token(self._device_key, device_id)

    @property
    def _device_key(self) -> str:
        # Whoever has one of the tokens, that which all devices share, say, has not all of them.
        return "\n".join(self.by_role[role] for role in Role)

    @classmethod
    def generate(cls) -> "Tokens":
        """Return fresh tokens of 256 bits that are not stored anywhere."""
        return cls({role: secrets.token_urlsafe(32) for role in Role}, created=True)

    @classmethod
    def load(cls, state_dir: Path) -> "Tokens":
        """Return the tokens kept in ``state_dir``; raises as `load_or_create`, which makes them."""
        path = state_dir / FILE_NAME
        try:
            return cls(_read(path))
        except OSError as error:
            raise TokenFileError(path, error.strerror or str(error)) from error

    @classmethod
    def load_or_create(cls, state_dir: Path) -> "Tokens":
        """Return the tokens kept in ``state_dir``, making them at the first start.

        Raises :class:`TokenFileError` when the file is damaged, cannot be read or written,
        or can be read by anybody but its owner.
        """
        path = state_dir / FILE_NAME
        try:
            state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists() and (made := _create(path)) is not None:
                return made
        except OSError as error:
            raise TokenFileError(path, error.strerror or str(error)) from error
        return cls.load(state_dir)


def _digest(token: str) -> bytes:
    # Digests have one length, so the comparison tells nothing about the token's.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _create(path: Path) -> Tokens | None:
    """Write fresh tokens; None when another process was first.

    The file gets its name when it is complete, so a reader never finds half of it.
    """
    tokens = Tokens.generate()
    draft = path.with_name(f".{FILE_NAME}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({role.value: token for role, token in tokens.by_role.items()}, file, indent=2)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(draft)
    return tokens


def _read(path: Path) -> dict[Role, str]:
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), encoding="utf-8") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise TokenFileError(path, "expected a regular file")
        if status.st_mode & 0o077:
            raise TokenFileError(
                path, f"others can read it (mode {status.st_mode & 0o777:04o}): chmod 600 it"
            )
        if status.st_uid not in (os.geteuid(), 0):
            raise TokenFileError(path, "it belongs to another user")
        try:
            content = json.loads(file.read(MAX_FILE_BYTES))
        except ValueError as error:
            raise TokenFileError(path, f"expected JSON: {error}") from error
    return _checked(path, content)


def _checked(path: Path, content: object) -> dict[Role, str]:
    if not isinstance(content, dict):
        raise TokenFileError(path, "expected an object with one token per role")
    unknown = set(content) - set(Role)
    if unknown:
        raise TokenFileError(path, f"{min(unknown)!r} is no role")
    tokens: dict[Role, str] = {}
    for role in Role:
        token = content.get(role.value)
        if not isinstance(token, str) or not MIN_CHARACTERS <= len(token) <= MAX_CHARACTERS:
            raise TokenFileError(
                path, f"{role}: expected a token of {MIN_CHARACTERS} to {MAX_CHARACTERS} characters"
            )
        tokens[role] = token
    if len(set(tokens.values())) != len(tokens):
        raise TokenFileError(path, "two roles share a token")
    return tokens
