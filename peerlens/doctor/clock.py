"""Clocks: the ends of credentials are times."""

from peerlens.doctor.finding import Finding, ok, problem, warning

WARNING_S, PROBLEM_S = 5.0, 60.0
DATE_RESOLUTION_S = 1.0
WHY = "TURN credentials end at a time: with clocks apart they end early or are refused at once"
DO = "set both clocks by NTP (`timedatectl set-ntp true`)"


def judge(offset_s: float | None, whose: str) -> list[Finding]:
    """Say whether the clock of ``whose`` and ours agree; ``offset_s`` is theirs less ours."""
    if offset_s is None:
        return []
    figures = {"offset_s": round(offset_s, 1)}
    if abs(offset_s) <= WARNING_S:
        within = max(DATE_RESOLUTION_S, abs(offset_s))
        return [
            ok(
                "clock.right",
                f"this clock and that of {whose} agree within {within:.0f} s",
                **figures,
            )
        ]
    direction = "ahead of" if offset_s > 0 else "behind"
    what = f"the clock of {whose} is {duration(abs(offset_s))} {direction} this machine's"
    make = problem if abs(offset_s) > PROBLEM_S else warning
    return [make("clock.off", what, WHY, DO, **figures)]


def duration(seconds: float) -> str:
    """Return a span of time in its own size."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7_200:
        return f"{seconds / 60:.0f} minutes"
    if seconds < 172_800:
        return f"{seconds / 3_600:.0f} hours"
    return f"{seconds / 86_400:.0f} days"
