"""Why an output is not live, and with that when to try again.

OutputError                  the text is a sentence for people, without secrets
├── Unreachable              no connection, no answer in time, or busy: soon, and then less often
├── Refused                  it wants a person (wrong token, wrong address): rarely
├── BadAnswer                what was answered cannot be used: rarely
└── ConnectionLost           the media do not get there, or not any more: soon
"""

from gateway.errors import GatewayError


class OutputError(GatewayError):
    """``needs_a_person``: trying again soon makes no sense.

    ``retry_after_s`` is what the server asked for.
    """

    needs_a_person = False

    def __init__(self, detail: str, retry_after_s: float | None = None) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unreachable(OutputError):
    pass


class Refused(OutputError):
    needs_a_person = True


class BadAnswer(OutputError):
    needs_a_person = True


class ConnectionLost(OutputError):
    pass
