"""Why a request about a car is refused.

DriveRefused             carries the problem slug (protocol/README.md)
├── NotAllowed           the role, or who drives, does not allow it
├── QueueFull
└── NobodyWaits
"""


class DriveRefused(Exception):
    """The text goes to whoever asked."""

    slug = "refused"


class NotAllowed(DriveRefused):
    slug = "forbidden"


class QueueFull(DriveRefused):
    slug = "queue-full"


class NobodyWaits(DriveRefused):
    slug = "nobody-waits"
