"""The configuration of each command, and how it is put together.

The file gives way to environment variables (``PEERLENS_KEY__PATH=value``), and those give
way to flags (``--set key.path=value``). Relative paths are relative to the folder of the
file, or to the working folder where there is no file.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, Field, ValidationError, model_validator

from edge.ice_servers import IceSettings
from edge.settings import ServerSettings
from gateway.ai.settings import AiSettings
from gateway.drive.settings import CarSettings, DriveSettings
from gateway.events.settings import EventsSettings
from gateway.home_assistant.settings import MqttSettings
from gateway.settings import (
    CAMERA_ID,
    MAX_CAMERAS,
    RESERVED_CAMERA_IDS,
    CameraSettings,
    UplinkSettings,
    WebrtcSettings,
)
from peerlens.config_old_names import apply_old_names
from peerlens.config_overrides import Layers, apply_environment, apply_flags
from peerlens.config_report import lines_of
from peerlens.config_yaml import YamlDocument, read_file
from peerlens.errors import ConfigError
from signaling.settings import SignalingLimits

DEFAULT_FILE = Path("peerlens.yaml")


def _valid_id(value: str) -> str:
    if value in RESERVED_CAMERA_IDS:
        reserved = ", ".join(sorted(RESERVED_CAMERA_IDS))
        raise ValueError(f"the name is taken by the server itself, as are {reserved}")
    return value


Id = Annotated[str, Field(pattern=CAMERA_ID)]
CameraId = Annotated[Id, AfterValidator(_valid_id)]


class MediaConfig(ServerSettings):
    """What a gateway serves: cameras, and the cars that they ride on."""

    cameras: dict[CameraId, CameraSettings] = Field(default_factory=dict, max_length=MAX_CAMERAS)
    cars: dict[Id, CarSettings] = Field(default_factory=dict, max_length=MAX_CAMERAS)
    drive: DriveSettings = DriveSettings()
    webrtc: WebrtcSettings = WebrtcSettings()
    events: EventsSettings = EventsSettings()
    ai: AiSettings = AiSettings()
    mqtt: MqttSettings | None = None

    @model_validator(mode="after")
    def _cars_fit(self) -> Self:
        taken: dict[str, str] = {}
        for car_id, car in self.cars.items():
            if car.camera not in self.cameras:
                known = ", ".join(self.cameras) or "none"
                raise ValueError(
                    f"cars.{car_id}.camera: expected one of the cameras ({known}),"
                    f" given {car.camera}"
                )
            if self.cameras[car.camera].source.startswith("push:"):
                # How long its pictures waited on their way to signaling nobody knows, and so the
                # interlock could not tell old ones from new ones.
                raise ValueError(
                    f"cars.{car_id}.camera: expected a camera that the gateway reads itself: the"
                    f" age of pushed pictures is not known, and {car.camera} pushes its own"
                )
            for part, name in (("camera", car.camera), ("board", car.board)):
                if name is None:
                    continue
                if (other := taken.setdefault(f"{part} {name}", car_id)) != car_id:
                    raise ValueError(
                        f"cars.{car_id}.{part}: expected one that no other car has,"
                        f" given {name}, which {other} has"
                    )
        return self


class UpConfig(MediaConfig):
    """``peerlens up``: signaling and gateway in one process."""

    limits: SignalingLimits = SignalingLimits()


class SignalingConfig(ServerSettings):
    """``peerlens signaling``: the broker alone."""

    cars: dict[Id, CarSettings] = Field(default_factory=dict)
    webrtc: IceSettings = IceSettings()
    limits: SignalingLimits = SignalingLimits()


class GatewayConfig(MediaConfig):
    """``peerlens gateway``: the cameras of one network, registered with a broker elsewhere."""

    signaling: UplinkSettings


ROOTS: tuple[type[ServerSettings], ...] = (UpConfig, SignalingConfig, GatewayConfig)

C = TypeVar("C", bound=ServerSettings)


def load(
    root: type[C],
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
) -> C:
    """Return the configuration ``root`` from ``file``, ``environ`` and ``flags``.

    Without ``file``, ``peerlens.yaml`` in the working folder is read when it is there.
    Raises :class:`ConfigError` with one line per problem.
    """
    if file is None and DEFAULT_FILE.exists():
        file = DEFAULT_FILE
    document = read_file(file) if file is not None else YamlDocument()
    layers = Layers.from_file(file, document)
    apply_old_names(layers, root, environ or {})
    apply_environment(layers, root, environ or {})
    apply_flags(layers, root, flags)
    if not layers.content.get("cameras") and "cameras" in root.model_fields:
        raise ConfigError(
            f"{file or DEFAULT_FILE}: no cameras are configured; start from"
            " deploy/peerlens.example.yaml and name your file with -c FILE"
        )
    config = _validated(root, layers)
    return root.model_validate(_with_absolute_paths(config, (file or DEFAULT_FILE).parent))


def load_any(
    file: Path | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    flags: Sequence[str] = (),
) -> ServerSettings:
    """As `load`, for the command that the configuration is for, whichever that is."""
    problems: list[ConfigError] = []
    for root in (SignalingConfig, UpConfig, GatewayConfig):
        try:
            return load(root, file, environ=environ, flags=flags)
        except ConfigError as error:
            problems.append(error)
    # What one of them does not know may be another's; the one with the fewest faults is meant.
    raise min(problems, key=lambda error: len(error.problems))


def _validated(root: type[C], layers: Layers) -> C:
    try:
        # Strict, so that a quoted number or `true` for a number is an error; as JSON, because
        # there pydantic takes lists for tuples and text for paths even when strict.
        return root.model_validate_json(json.dumps(layers.content), strict=True)
    except ValidationError as error:
        others = [other for other in ROOTS if other is not root]
        raise ConfigError(*lines_of(error, layers, root, others)) from error


def _with_absolute_paths(config: BaseModel, folder: Path) -> dict[str, Any]:
    """Return the settings of ``config`` with its relative paths made absolute from ``folder``."""
    folder = folder.absolute()
    settings = config.model_dump()
    settings["auth"]["state_dir"] = folder / settings["auth"]["state_dir"]
    if settings["http"]["web_root"] is not None:
        settings["http"]["web_root"] = folder / settings["http"]["web_root"]
    if settings.get("events", {}).get("path") is not None:
        settings["events"]["path"] = folder / settings["events"]["path"]
    mqtt = settings.get("mqtt") or {}
    if mqtt.get("tls_ca") is not None:
        mqtt["tls_ca"] = folder / mqtt["tls_ca"]
    for camera in settings.get("cameras", {}).values():
        scheme, _, path = camera["source"].partition(":")
        if scheme.lower() == "file" and not path.startswith("/"):
            camera["source"] = f"file:{folder / path}"
    return settings
