"""Whether the media get to the other end, by its receiver reports. Pure code."""

SILENCE_S = 8.0
"""A receiver reports at least every 6 s (RFC 3550, 6.3.1), media servers once a second."""


class MediaFlow:
    """Call ``stalled`` about once a second; times are in seconds on one monotonic clock.

    A server that never reports anything is not held to it: ICE's consent then tells, which takes
    half a minute.
    """

    def __init__(self, now_s: float) -> None:
        self._highest: int | None = None
        self._sent = 0
        self._progress_s = now_s

    def stalled(self, sent: int, highest: int | None, now_s: float) -> bool:
        """Whether packets have been going out for SILENCE_S of which none was reported.

        ``sent`` counts the packets that went out, ``highest`` is the last sequence number that
        the other end said it has, None before the first report.
        """
        nothing_due = sent == self._sent
        if highest is None or highest != self._highest or nothing_due:
            self._highest, self._sent, self._progress_s = highest, sent, now_s
        return now_s - self._progress_s >= SILENCE_S
