"""Errors of the benchmarks.

BenchError
├── ProcessFailed    a server did not start, or ended by itself
├── NetworkRefused   the machine does not allow or cannot make an emulated link
└── NoMeasurement    everything ran, but gave nothing to measure
"""


class BenchError(Exception):
    """Base of all reasons for a benchmark to stop; the message is the one line to print."""


class ProcessFailed(BenchError):
    pass


class NetworkRefused(BenchError):
    pass


class NoMeasurement(BenchError):
    pass
