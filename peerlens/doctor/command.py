"""``peerlens doctor`` as a command: its options, and what it prints."""

import argparse
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Mapping

from yarl import URL

from peerlens.doctor.checkup import check_up
from peerlens.doctor.subject import ServerRole, load_subject


def prepare_doctor(
    options: argparse.Namespace, environ: Mapping[str, str]
) -> Callable[[], Awaitable[int]]:
    """Read the configuration; returns what looks at it, prints, and gives the exit code.

    Raises :class:`peerlens.errors.ConfigError`.
    """
    role = ServerRole(options.role) if options.role is not None else None
    subject = load_subject(options.config, role, environ=environ, flags=options.set)
    public_url = URL(options.public_url) if options.public_url is not None else None

    async def run() -> int:
        is_terminal = sys.stdout.isatty()
        if is_terminal and not options.json:
            print(f"Looking at {subject.words}; this takes up to 20 s ...", flush=True)
        report = await check_up(subject, public_url=public_url)
        if options.json:
            print(report.as_json(), flush=True)
        else:
            colour = is_terminal and "NO_COLOR" not in os.environ
            width = shutil.get_terminal_size().columns if is_terminal else None
            print(report.as_text(colour=colour, width=width), flush=True)
        return report.exit_code

    return run
