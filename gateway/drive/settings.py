"""Settings of driving."""

from typing import Annotated

from pydantic import Field, model_validator

from edge.settings import Frozen

ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


class InterlockSettings(Frozen):
    """What a driver may do who sees old pictures. Ages are of the picture on the screen."""

    slow_above_ms: Annotated[float, Field(ge=50, le=2_000)] = 150.0
    slow_throttle: Annotated[float, Field(ge=0, le=1)] = 0.3
    refuse_above_ms: Annotated[float, Field(ge=50, le=5_000)] = 400.0

    @model_validator(mode="after")
    def _in_order(self) -> "InterlockSettings":
        if self.refuse_above_ms < self.slow_above_ms:
            raise ValueError("expected refuse_above_ms to be no less than slow_above_ms")
        return self


class CarSettings(Frozen):
    """A car: the camera that rides on it, and the control board that moves it."""

    camera: Annotated[str, Field(pattern=ID)]
    board: Annotated[str, Field(pattern=ID)] | None = None
    """Without one, the car can be watched only."""


class DriveSettings(Frozen):
    """Who drives for how long, and what stops the car."""

    lease_s: Annotated[float, Field(ge=10, le=10_000)] = 600.0
    presence_timeout_s: Annotated[float, Field(ge=0.5, le=30)] = 2.5
    """A driver of whom nothing was heard for this long has left."""
    max_queue: Annotated[int, Field(ge=0, le=1_000)] = 16
    command_timeout_ms: Annotated[int, Field(ge=100, le=500)] = 200
    """Without a command for this long, the gateway tells the board to be neutral."""
    max_command_age_ms: Annotated[float, Field(ge=50, le=1_000)] = 400.0
    """An older command is dropped, whatever its own time to live."""
    interlock: InterlockSettings = InterlockSettings()
