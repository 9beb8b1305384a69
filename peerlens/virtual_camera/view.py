"""The pinhole through which the scene is seen: from ground and space to pixels."""

import math

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float64]

EYE = np.array([0.0, -4.75, 4.05])
TARGET = np.array([0.0, -0.28, 0.0])
FOCAL_PER_WIDTH = 0.735


class View:
    """A picture of ``width`` x ``height`` pixels; space in metres, z up."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        ahead = (TARGET - EYE) / np.linalg.norm(TARGET - EYE)
        right = np.array([1.0, 0.0, 0.0])
        turn = np.stack([right, np.cross(ahead, right), ahead])
        focal = FOCAL_PER_WIDTH * min(width, height * 4 / 3)
        lens = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1]])
        self._matrix: Points = lens @ np.hstack([turn, (-turn @ EYE)[:, None]])
        """The 3x4 projection matrix."""

    @property
    def ground(self) -> Points:
        """The 3x3 homography from ground coordinates (x, y) to pixels."""
        return self._matrix[:, [0, 1, 3]]

    def project(self, points: Points) -> Points:
        """Return the pixels, shape (n, 2), of points in space, shape (n, 3)."""
        seen = points @ self._matrix[:, :3].T + self._matrix[:, 3]
        return np.asarray(seen[:, :2] / seen[:, 2:])

    def pixels_per_metre(self, x: float, y: float) -> float:
        """Return how large a metre appears that stands upright at (x, y)."""
        foot, head = self.project(np.array([[x, y, 0.0], [x, y, 0.1]]))
        return 10 * math.dist(foot, head)
