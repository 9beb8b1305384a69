"""Errors of the command line.

PeerlensError
└── ConfigError     the configuration cannot be used; one readable line per problem
"""

MAX_SHOWN = 5


class PeerlensError(Exception):
    """Anything the command line reports to its user without a traceback."""


class ConfigError(PeerlensError):
    """The configuration cannot be used. ``problems`` are lines that name file, key and remedy."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        shown = list(problems[:MAX_SHOWN])
        if len(problems) > MAX_SHOWN:
            shown.append(f"and {len(problems) - MAX_SHOWN} more")
        super().__init__("\n".join(shown))
