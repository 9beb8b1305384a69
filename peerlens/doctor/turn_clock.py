"""How far a TURN server's clock is from ours, by which end of a credential it still takes.

The protocol tells no time. But with the secret we can make credentials that end whenever we like,
and the server compares their end with its own clock.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from edge.turn_credentials import TurnSettings, mint
from peerlens.doctor import clock
from peerlens.doctor.finding import Finding, ok, problem, warning
from peerlens.doctor.ice_url import IceUrl
from peerlens.doctor.turn_client import TurnServer, read_turn

YEARS_S = 10 * 365 * 86_400.0
MARGIN_S = 3.0
"""More than asking takes."""


@dataclass(frozen=True, slots=True)
class TurnClockReading:
    """``takes`` maps the end of a credential, in seconds from now, to whether it was taken."""

    url: str
    takes: dict[float, bool]


async def read_turn_clock(
    url: IceUrl, turn: TurnSettings, name: str, clock_s: Callable[[], float]
) -> TurnClockReading:
    """Show the server credentials that end at several times around now."""
    ends_s = (
        -clock.PROBLEM_S,
        -clock.WARNING_S,
        clock.WARNING_S + MARGIN_S,
        clock.PROBLEM_S + MARGIN_S,
        float(turn.credential_lifetime_s),
        YEARS_S,
    )

    async def takes(end_s: float) -> bool:
        username, credential = mint(turn.secret, name, clock_s() + end_s)
        return (await read_turn(TurnServer(url, username, credential))).took_ms is not None

    taken = await asyncio.gather(*(takes(end_s) for end_s in ends_s))
    return TurnClockReading(url.text, dict(zip(ends_s, taken, strict=True)))


def judge(reading: TurnClockReading) -> list[Finding]:
    """Say whether the clocks agree; nothing where the server takes no credential at all."""
    if not any(reading.takes.values()):
        return []
    first_taken_s = min(end_s for end_s, taken in reading.takes.items() if taken)
    last_refused_s = max(
        (end_s for end_s, taken in reading.takes.items() if not taken), default=None
    )
    url = reading.url
    if first_taken_s < 0:
        behind = f"at least {clock.duration(-first_taken_s)} behind"
        return [_apart(url, behind, -first_taken_s >= clock.PROBLEM_S, -first_taken_s)]
    if last_refused_s is not None and last_refused_s > 0:
        ahead = f"more than {clock.duration(last_refused_s - MARGIN_S)} ahead of"
        return [_apart(url, ahead, last_refused_s >= clock.PROBLEM_S, last_refused_s)]
    what = f"this clock and that of {url} agree within {clock.WARNING_S + MARGIN_S:.0f} s"
    return [ok("clock.turn-right", what, url=url)]


def _apart(url: str, how: str, is_problem: bool, apart_s: float) -> Finding:
    make = problem if is_problem else warning
    return make(
        "clock.turn-off",
        f"the clock of {url} is {how} this machine's",
        clock.WHY,
        clock.DO,
        url=url,
        apart_s=round(apart_s, 1),
    )
