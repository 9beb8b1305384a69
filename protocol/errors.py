"""Errors of the wire contract.

ProtocolError
├── MalformedMessage     not JSON, not an object, or too large
├── UnknownType          ``type`` (or ``role``) names no message of this direction
└── InvalidField         a field is missing, unexpected, or out of range
"""

PROBLEM_PREFIX = "urn:peerlens:problem:"


class ProtocolError(Exception):
    """A message that the contract does not allow.

    ``slug`` is stable and becomes the last part of the problem type; the text of
    the exception says what was wrong and what was expected.
    """

    slug = "protocol-error"

    @property
    def problem(self) -> str:
        """Problem type (RFC 9457), as sent to the other side."""
        return PROBLEM_PREFIX + self.slug


class MalformedMessage(ProtocolError):
    slug = "malformed-message"


class UnknownType(ProtocolError):
    slug = "unknown-type"


class InvalidField(ProtocolError):
    slug = "invalid-field"

    def __init__(self, field: str, expected: str) -> None:
        super().__init__(f"{field}: expected {expected}")
        self.field = field
        self.expected = expected
