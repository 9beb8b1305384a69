"""Settings of events: what is kept of them, where, and for how long."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from edge.settings import Frozen


class EventsSettings(Frozen):
    """See ``deploy/peerlens.example.yaml``."""

    enabled: bool = True
    path: Path | None = None
    """The folder; by default ``events`` in ``auth.state_dir``."""
    max_age_days: Annotated[float, Field(gt=0.0, le=36_500.0)] = 14.0
    max_mb: Annotated[int, Field(ge=1, le=100_000_000)] = 2_000
    """Database, snapshots and clips together."""
    snapshots: bool = True
    clips: bool = True
    pre_roll_s: Annotated[float, Field(ge=0.0, le=10.0)] = 3.0
    post_roll_s: Annotated[float, Field(ge=0.0, le=30.0)] = 2.0
    max_clip_s: Annotated[float, Field(ge=5.0, le=600.0)] = 60.0
