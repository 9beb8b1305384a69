import pytest
from pydantic import ValidationError

from gateway.motion_settings import MAX_ZONES, MotionSettings

SQUARE = [[0.1, 0.1], [0.5, 0.1], [0.5, 0.5], [0.1, 0.5]]


def test_zones_and_masks_are_polygons() -> None:
    settings = MotionSettings.model_validate(
        {"zones": [{"name": "door", "points": SQUARE}], "masks": [SQUARE[:3]]}
    )
    assert settings.zones[0].points[2] == (0.5, 0.5)
    assert len(settings.masks[0]) == 3
    assert MotionSettings.model_validate(settings.model_dump()) == settings


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"masks": [[[0.1, 0.1], [1.2, 0.1], [0.5, 0.5]]]}, "less than or equal to 1"),
        ({"masks": [[[0.1, -0.1], [0.2, 0.1], [0.5, 0.5]]]}, "greater than or equal to 0"),
        ({"masks": [[[0.1, float("nan")], [0.2, 0.1], [0.5, 0.5]]]}, "less than or equal to 1"),
        ({"zones": [{"name": "line", "points": SQUARE[:2]}]}, "at least 3 items"),
        ({"zones": [{"name": "line", "points": [SQUARE[0], SQUARE[1]] * 2}]}, "in one line"),
        ({"masks": [[[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]]}, "in one line"),
        ({"masks": [[SQUARE[0]] * 3]}, "at least three points"),
        ({"masks": [SQUARE] * (MAX_ZONES + 1)}, "at most 16 items"),
        ({"zones": [{"name": "", "points": SQUARE}]}, "at least 1 character"),
        ({"zones": [{"name": "a", "points": SQUARE}] * 2}, "'a' twice"),
        ({"min_area": 0.0}, "greater than 0"),
        ({"min_duration_s": -1.0}, "greater than or equal to 0"),
        ({"zone": []}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused_and_says_why(given: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        MotionSettings.model_validate(given)


def test_a_figure_of_eight_has_area() -> None:
    eight = ((0.1, 0.1), (0.5, 0.5), (0.5, 0.1), (0.1, 0.5))
    assert MotionSettings(masks=(eight,)).masks == (eight,)
