"""What tests put into units of the media path when the times do not matter to them."""

from gateway.units import StageTimes


def stage_times(capture_s: float) -> StageTimes:
    """Return the times of a frame that took 1 ms to receive, 2 to decode and 3 to encode."""
    return StageTimes(capture_s, capture_s + 0.001, capture_s + 0.003, capture_s + 0.006)
