"""What was changed of the motion settings at run time, kept over restarts in one small file.

It is laid over the configuration: a camera that nobody changed goes by that.
"""

import asyncio
import contextlib
import errno
import json
import logging
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from gateway.camera import Camera
from gateway.disk_thread import DiskBusy, DiskThread
from gateway.errors import BadMotionSettings
from gateway.motion_settings import MotionSettings

logger = logging.getLogger(__name__)

MOTION_FILE = "motion.json"
MAX_FILE_BYTES = 4_000_000
MAX_WAITING = 16
KEEP_TIMEOUT_S = 5.0
"""A disk that takes longer is told of: the change is in force, and may yet be kept."""
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
    """The file. It is read once, before the cameras run, and written in a thread of its own."""

    def __init__(self, path: Path, cameras: Mapping[str, Camera]) -> None:
        self._path = path
        self._cameras = cameras
        self._changes: dict[str, dict[str, Any]] = {}
        self._disk = DiskThread("motion-memory", MAX_WAITING)

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

    def change(
        self, camera: Camera, changes: Mapping[str, Any]
    ) -> "asyncio.Future[OSError | None]":
        """Change the settings of a camera from now on, and remember it.

        Raises :class:`BadMotionSettings`. What is returned need not be waited for; `kept` tells
        when the change is kept, or why it could not be, though it is in force.
        """
        camera.change_motion(changed(camera.motion_settings, changes))
        self._changes[camera.id] = {**self._changes.get(camera.id, {}), **changes}
        text = json.dumps(self._changes, indent=2) + "\n"
        try:
            return self._disk.submit(lambda: self._keep(text))
        except DiskBusy as error:
            logger.error("motion settings are in force, but cannot be kept: %s", error)
            refused: asyncio.Future[OSError | None] = asyncio.get_running_loop().create_future()
            refused.set_result(OSError(errno.EBUSY, str(error)))
            return refused

    @staticmethod
    async def kept(change: "asyncio.Future[OSError | None]") -> OSError | None:
        """Wait until a change is kept; return why it is not, after a while at the latest."""
        # Without cancelling it: the disk may come to it yet.
        done, _ = await asyncio.wait({change}, timeout=KEEP_TIMEOUT_S)
        if not done:
            return OSError(errno.ETIMEDOUT, f"the disk did not take it in {KEEP_TIMEOUT_S:g} s")
        return change.result()

    async def close(self) -> None:
        """Wait until all is written, as far as the disk takes it."""
        if not await asyncio.to_thread(self._disk.finish, KEEP_TIMEOUT_S):
            logger.warning("the disk did not take the last change of motion settings")

    def _keep(self, text: str) -> OSError | None:
        try:
            self._write(text)
        except OSError as error:
            logger.error("motion settings are in force, but cannot be kept: %s", error)
            return error
        return None

    def _write(self, text: str) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = self._path.with_name(f".{MOTION_FILE}.{secrets.token_hex(8)}")
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
            with os.fdopen(os.open(draft, flags, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
