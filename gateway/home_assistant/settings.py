"""Settings of MQTT: the broker, and under which names to appear there."""

import importlib.util
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from edge.settings import Frozen

PLAIN_PORT, TLS_PORT = 1883, 8883
PACKAGE = "aiomqtt"
_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,40}(/[A-Za-z0-9._-]{1,40}){0,3}")


def _prefix(text: str) -> str:
    if not _PREFIX.fullmatch(text):
        raise ValueError(
            f"{text[:60]!r}: expected the beginning of a topic, such as peerlens or home/peerlens"
        )
    return text


Prefix = Annotated[str, AfterValidator(_prefix)]


class MqttSettings(Frozen):
    """See ``deploy/peerlens.example.yaml`` and docs/home-assistant.md."""

    host: Annotated[str, Field(min_length=1, max_length=253)]
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """By default 1883, and with ``tls`` 8883."""
    username: str | None = None
    password: Annotated[str | None, Field(repr=False)] = None
    tls: bool = False
    tls_ca: Path | None = None
    """The authority that signed the broker's certificate, where the system does not know it."""
    discovery_prefix: Prefix = "homeassistant"
    topic_prefix: Prefix = "peerlens"
    keep_open: bool = True
    """Whether cameras stay open to look for motion when nobody watches."""
    images: bool = True
    """Whether the picture of the last event goes to the broker, which keeps it."""

    @property
    def port_in_use(self) -> int:
        return self.port or (TLS_PORT if self.tls else PLAIN_PORT)

    @model_validator(mode="after")
    def _fits(self) -> "MqttSettings":
        if self.password is not None and self.username is None:
            raise ValueError("expected username, as there is a password")
        if self.tls_ca is not None and not self.tls:
            raise ValueError("tls_ca is given, expected tls: true with it")
        if importlib.util.find_spec(PACKAGE) is None:
            raise ValueError(
                f"MQTT needs the Python package {PACKAGE}: pip install 'peerlens[mqtt]'"
            )
        return self
