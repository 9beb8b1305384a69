"""How many questions may be asked: each costs money. Pure; times are handed in."""

from dataclasses import dataclass, field

DAY_S = 86_400.0


@dataclass(slots=True)
class Budget:
    """``day`` counts from 1970. ``spend`` is called before each question, whatever comes of it."""

    cooldown_s: float
    max_per_day: int
    day: int = -1
    spent: int = 0
    _asked_s: dict[str, float] = field(default_factory=dict)

    def allows(self, camera: str, wall_s: float, now_s: float) -> bool:
        """Whether a question about a picture of ``camera`` may be asked."""
        asked_s = self._asked_s.get(camera)
        if asked_s is not None and now_s - asked_s < self.cooldown_s:
            return False
        return self.left(wall_s) > 0

    def left(self, wall_s: float) -> int:
        """How many may be asked today."""
        # A clock that is set back must not give a second day's worth.
        today = max(int(wall_s // DAY_S), self.day)
        return self.max_per_day - (self.spent if today == self.day else 0)

    def spend(self, camera: str, wall_s: float, now_s: float) -> None:
        today = max(int(wall_s // DAY_S), self.day)
        self.spent = self.spent + 1 if today == self.day else 1
        self.day = today
        self._asked_s[camera] = now_s
