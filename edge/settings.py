"""Settings of every Peerlens HTTP server."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Frozen(BaseModel):
    """Base of all settings: immutable, unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class HttpSettings(Frozen):
    """Where to listen, and whose pages may call."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8080
    allowed_origins: tuple[str, ...] = ()
    """Origins besides the server's own whose pages may call, e.g. ``https://example.org``."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names besides localhost that a loopback server answers to (a reverse proxy's)."""
    web_root: Path | None = None
    """Folder of the built web app; by default ``web/dist`` beside the packages."""

    @property
    def is_loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False


class AuthSettings(Frozen):
    """Who may do what. Tokens are made at the first start and kept in ``state_dir``."""

    mode: Literal["open", "token"] = "open"
    state_dir: Path = Path(".peerlens")


class ServerSettings(Frozen):
    """The part of a configuration that every server has."""

    http: HttpSettings = HttpSettings()
    auth: AuthSettings = AuthSettings()

    @model_validator(mode="after")
    def _strangers_need_a_token(self) -> "ServerSettings":
        if self.auth.mode == "open" and not self.http.is_loopback:
            raise ValueError(
                f"auth.mode: open is refused on http.host {self.http.host}: expected"
                " auth.mode: token, or a loopback host such as 127.0.0.1"
            )
        return self
