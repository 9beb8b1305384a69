"""What was changed of the motion settings at run time, kept over restarts in one small file.

It is laid over the configuration: a camera that nobody changed goes by that.
"""

import contextlib
import json
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.camera import Camera
from gateway.errors import BadMotionSettings
from gateway.motion_settings import MotionSettings

logger = logging.getLogger(__name__)

MOTION_FILE = "motion.json"
MAX_FILE_BYTES = 4_000_000
CHANGEABLE = frozenset({"enabled", "threshold", "zones", "masks"})
"""The keys that can be changed at run time."""


def changeable(settings: MotionSettings) -> dict[str, Any]:
    """Return what can be changed, as it is, in the form of JSON."""
    return settings.model_dump(mode="json", include=set(CHANGEABLE))


def changed(settings: MotionSettings, changes: Mapping[str, Any]) -> MotionSettings:
    """Return ``settings`` with ``changes``. Raises :class:`BadMotionSettings`."""
    unknown = sorted(set(changes) - CHANGEABLE)
    if unknown:
        expected = ", ".join(sorted(CHANGEABLE))
        raise BadMotionSettings(f"{unknown[0][:40]}: expected one of {expected}")
    try:
        whole = json.dumps({**settings.model_dump(mode="json"), **changes})
        return MotionSettings.model_validate_json(whole, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise BadMotionSettings(f"{where}: {first['msg']}"[:500]) from error
    except ValueError as error:
        raise BadMotionSettings(str(error)[:500]) from error


class MotionMemory:
    """The file. Reading and writing wait for a disk, but for a moment and seldom."""

    def __init__(self, path: Path, cameras: Mapping[str, Camera]) -> None:
        self._path = path
        self._cameras = cameras
        self._changes: dict[str, dict[str, Any]] = {}

    def restore(self) -> None:
        """Lay what was changed earlier over the configuration, as far as it can be read."""
        try:
            with self._path.open(encoding="utf-8") as file:
                content = json.loads(file.read(MAX_FILE_BYTES))
        except FileNotFoundError:
            return
        except (OSError, ValueError) as error:
            logger.error(
                "%s cannot be read, motion goes by the configuration: %s", self._path, error
            )
            return
        for camera_id, changes in content.items() if isinstance(content, dict) else ():
            camera = self._cameras.get(camera_id)
            if not isinstance(changes, dict):
                continue
            # Of a camera that is away for now, too: it may come back.
            self._changes[camera_id] = changes
            if camera is None:
                continue
            try:
                camera.change_motion(changed(camera.motion_settings, changes))
            except BadMotionSettings as error:
                logger.error(
                    "%s: cameras.%s goes by the configuration: %s", self._path, camera_id, error
                )

    def change(self, camera: Camera, changes: Mapping[str, Any]) -> None:
        """Change the settings of a camera from now on, and remember it.

        Raises :class:`BadMotionSettings`, and OSError when it is in force but cannot be kept.
        """
        camera.change_motion(changed(camera.motion_settings, changes))
        self._changes[camera.id] = {**self._changes.get(camera.id, {}), **changes}
        self._write()

    def _write(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f".{MOTION_FILE}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(
                os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w"
            ) as file:
                json.dump(self._changes, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
