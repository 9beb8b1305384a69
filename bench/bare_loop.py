"""A program that does nothing but wait, as a loop waits: how late this machine wakes it up."""

import select
import sys
import time

TICK_MS = 5


def main() -> None:
    """``bare_loop SECONDS``: print how late each wait ended, in microseconds, one a line."""
    waiting = select.poll()
    end_ns = time.monotonic_ns() + int(float(sys.argv[1]) * 1e9)
    late_us = []
    before_ns = time.monotonic_ns()
    while before_ns < end_ns:
        waiting.poll(TICK_MS)
        now_ns = time.monotonic_ns()
        late_us.append(max(0, now_ns - before_ns - TICK_MS * 1_000_000) // 1_000)
        before_ns = now_ns
    print("\n".join(map(str, late_us)))


if __name__ == "__main__":
    main()
