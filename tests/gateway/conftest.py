from collections.abc import AsyncIterator

import pytest

from gateway.gateway import Gateway
from gateway.settings import CameraSettings, WebrtcSettings

SYNTHETIC = CameraSettings(source="synthetic:?width=320&height=240&fps=30")


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    """A running gateway with one synthetic camera, ``front``."""
    async with Gateway({"front": SYNTHETIC}, WebrtcSettings(max_viewers=8)) as running:
        yield running
