"""What moved: a first inline detector on a small luma plane, and what of it is worth telling."""

from gateway.motion.detector import MotionDetector
from gateway.motion.publisher import MotionPublisher

__all__ = ["MotionDetector", "MotionPublisher"]
