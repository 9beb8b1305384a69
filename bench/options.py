"""What every benchmark takes on its command line."""

import argparse
from collections.abc import Callable

from bench.figures import report
from bench.processes import stop_children_on_terminate


def run(name: str, description: str, bench: Callable[[bool], None]) -> None:
    """Parse the command line and run ``bench``, which is given whether to be quick."""
    parser = argparse.ArgumentParser(prog=f"python -m bench.{name}", description=description)
    parser.add_argument("--quick", action="store_true", help="less exact, in under 50 s")
    arguments = parser.parse_args()
    stop_children_on_terminate()
    report(lambda: bench(arguments.quick))
