"""Wrong tokens, counted per address: each costs its sender more waiting, up to a bound."""

from collections import OrderedDict
from dataclasses import dataclass, field

FIRST_DELAY_S = 0.05
MAX_DELAY_S = 2.0
MAX_PENDING = 16
MAX_ADDRESSES = 10_000
FORGET_AFTER_S = 300.0


@dataclass
class _Record:
    wrong: int = 0
    last_s: float = 0.0
    held_until_s: list[float] = field(default_factory=list)


class Guesses:
    """Decides how long a wrong guess waits. Pure: the time comes with each call.

    A guess stays pending for its whole delay, whether or not its sender hangs up, so hanging
    up early buys nothing. When the table is full the address that was quiet longest is
    forgotten.
    """

    def __init__(self) -> None:
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def wrong(self, address: str, now: float) -> float | None:
        """Count a wrong guess; return seconds to wait, or None when too many are pending."""
        record = self._records.get(address)
        if record is None or now - record.last_s > FORGET_AFTER_S:
            record = _Record()
            self._records[address] = record
        self._records.move_to_end(address)
        while len(self._records) > MAX_ADDRESSES:
            self._records.popitem(last=False)
        record.held_until_s = [until for until in record.held_until_s if until > now]
        if len(record.held_until_s) >= MAX_PENDING:
            return None
        delay: float = min(MAX_DELAY_S, FIRST_DELAY_S * 2.0 ** min(record.wrong, 16))
        record.wrong += 1
        record.last_s = now
        record.held_until_s.append(now + delay)
        return delay
