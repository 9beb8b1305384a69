"""What moved: an inline detector on a small luma plane, and what of it is worth telling."""

from gateway.motion.detector import MotionDetector
from gateway.motion.episode import Episode, Episodes
from gateway.motion.publisher import MotionPublisher

__all__ = ["Episode", "Episodes", "MotionDetector", "MotionPublisher"]
