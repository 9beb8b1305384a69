"""Settings of the vision model that may be asked what moved. Off by default."""

from typing import Annotated

from pydantic import Field, field_validator, model_validator
from yarl import URL

from edge.settings import Frozen

OPENAI = "https://api.openai.com/v1"


class AiSettings(Frozen):
    """See ``deploy/peerlens.example.yaml``."""

    enabled: bool = False
    base_url: str = OPENAI
    """Of any server that speaks OpenAI's chat completions: ``/chat/completions`` comes after it."""
    model: Annotated[str, Field(min_length=1, max_length=200)] = "gpt-4o-mini"
    api_key: Annotated[str | None, Field(repr=False, max_length=2_000)] = None
    cooldown_s: Annotated[float, Field(ge=0.0, le=86_400.0)] = 60.0
    """A camera's pictures are sent at most this often."""
    timeout_s: Annotated[float, Field(gt=0.0, le=120.0)] = 10.0
    max_per_day: Annotated[int, Field(ge=1, le=100_000)] = 200
    """Questions of all cameras within one day (UTC), over restarts too."""

    @field_validator("base_url")
    @classmethod
    def _http(cls, base_url: str) -> str:
        try:
            url = URL(base_url)
        except ValueError as error:
            raise ValueError(f"not a URL: {error}") from error
        if url.scheme not in ("http", "https") or not url.host or url.query or url.fragment:
            raise ValueError(f"{base_url!r}: expected such as https://example.org/v1")
        return base_url.rstrip("/")

    @field_validator("api_key")
    @classmethod
    def _one_line(cls, api_key: str | None) -> str | None:
        # What it is must not be in the message.
        if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("expected one line of ASCII")
        return api_key or None

    @model_validator(mode="after")
    def _has_a_key(self) -> "AiSettings":
        if self.enabled and self.base_url == OPENAI and self.api_key is None:
            raise ValueError(f"expected api_key, which {OPENAI} asks for, or another base_url")
        return self
