"""How the virtual camera can misbehave. On its own, so that ``--help`` need not load a camera."""

from enum import StrEnum


class Fault(StrEnum):
    NONE = "none"
    STALL = "stall"
    """Connections stay open, nothing is sent."""
    DROP = "drop"
    """Streams are reset, new ones too; the control address stays up."""
    CORRUPT = "corrupt"
    """Bytes of the compressed data are wrong."""
    JOINED = "joined"
    """Each part holds the picture before as well."""
    TRUNCATED = "truncated"
    """Every second picture is cut short, with no EOI."""
    SLOW = "slow"
    """Only every fifth picture is sent."""
