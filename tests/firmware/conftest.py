from pathlib import Path

import pytest

from tests.support.twin_build import built


@pytest.fixture(scope="session")
def twin_car() -> Path:
    return built("twin-car")


@pytest.fixture(scope="session")
def twin_camera() -> Path:
    return built("twin-camera")
