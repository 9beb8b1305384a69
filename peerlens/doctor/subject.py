"""What is looked at: which server a configuration is for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from peerlens.config import (
    DEFAULT_FILE,
    GatewayConfig,
    SignalingConfig,
    UpConfig,
    load,
)
from peerlens.config_overrides import ENVIRONMENT_PREFIX
from peerlens.config_yaml import read_file
from peerlens.doctor.finding import Finding, ok

Config = UpConfig | SignalingConfig | GatewayConfig


class ServerRole(StrEnum):
    """The command that a configuration is for."""

    UP = "up"
    SIGNALING = "signaling"
    GATEWAY = "gateway"


_ROOTS: Mapping[ServerRole, type[Config]] = {
    ServerRole.UP: UpConfig,
    ServerRole.SIGNALING: SignalingConfig,
    ServerRole.GATEWAY: GatewayConfig,
}


@dataclass(frozen=True)
class Subject:
    role: ServerRole
    config: Config
    name: str
    """The file, or what stands for it."""

    @property
    def words(self) -> str:
        return f"{self.name}, for peerlens {self.role}"

    @property
    def serves_media(self) -> bool:
        return isinstance(self.config, UpConfig | GatewayConfig)


def load_subject(
    file: Path | None,
    role: ServerRole | None,
    *,
    environ: Mapping[str, str],
    flags: Sequence[str],
) -> Subject:
    """Read the configuration as the command that it is for would. Raises ConfigError."""
    if file is None and DEFAULT_FILE.exists():
        file = DEFAULT_FILE
    keys = set(read_file(file).content) if file is not None else set()
    chosen = role or role_by_keys(keys | _keys_of_overrides(environ, flags))
    config = load(_ROOTS[chosen], file, environ=environ, flags=flags)
    return Subject(chosen, config, str(file) if file is not None else "the environment")


def role_by_keys(keys: set[str]) -> ServerRole:
    """Tell by the first level of keys which command a configuration is for."""
    if "signaling" in keys:
        return ServerRole.GATEWAY
    if "cameras" in keys or not keys:
        return ServerRole.UP
    return ServerRole.SIGNALING


def _keys_of_overrides(environ: Mapping[str, str], flags: Sequence[str]) -> set[str]:
    by_flag = {flag.partition("=")[0].partition(".")[0].strip() for flag in flags}
    by_variable = {
        name.removeprefix(ENVIRONMENT_PREFIX).partition("__")[0].lower()
        for name, value in environ.items()
        if name.startswith(ENVIRONMENT_PREFIX) and value
    }
    return by_flag | by_variable


def judge(subject: Subject) -> list[Finding]:
    """Say what was read."""
    config = subject.config
    cameras = 0 if isinstance(config, SignalingConfig) else len(config.cameras)
    what = f"{subject.name} has a configuration for peerlens {subject.role}"
    if cameras:
        what += f" with {cameras} camera{'s' if cameras > 1 else ''}"
    return [ok("configuration.loaded", what, role=subject.role.value, cameras=cameras)]
