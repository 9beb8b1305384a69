"""The arithmetic of the benchmarks, and how they print. Pure but for ``print``."""

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence

from bench.errors import BenchError


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that ``percent`` of all are not above (nearest rank)."""
    if not values:
        raise ValueError("no values")
    rank = math.ceil(percent / 100.0 * len(values))
    return sorted(values)[max(0, rank - 1)]


def line_through(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Slope and intercept by least squares; raises ValueError for fewer than two places."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / max(1, count)
    mean_y = sum(y for _, y in points) / max(1, count)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0.0:
        raise ValueError("expected points at two places or more")
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return slope, mean_y - slope * mean_x


def frames_lost(painted_ms: Sequence[float], fps: float) -> int:
    """Frames of a steady camera that are missing between the first and the last one shown."""
    if not painted_ms:
        return 0
    span_s = (max(painted_ms) - min(painted_ms)) / 1_000.0
    return max(0, round(span_s * fps) + 1 - len(set(painted_ms)))


def ratio(value: float, baseline: float) -> float:
    """``value`` as a part of ``baseline``; infinite when the baseline is nothing."""
    return value / baseline if baseline > 0.0 else math.inf


def table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as text, the first column to the left and the others to the right."""
    lines = [[str(cell) for cell in row] for row in [header, *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def rounded(figures: Mapping[str, float | int | None]) -> str:
    """One line of JSON with the given keys, in order, at most three decimals."""
    return json.dumps(
        {
            key: round(value, 3) if isinstance(value, float) else value
            for key, value in figures.items()
        }
    )


def report(bench: Callable[[], None]) -> None:
    """Run a benchmark; a failure is one readable message and exit code 1."""
    try:
        bench()
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(1) from error
