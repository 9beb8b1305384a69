"""Why there is no answer.

AiError          the text says why; the event stays as it is
├── AiRefused    a person has to do something: a key, a model's name
├── AiBusy       too many questions, or no money left; carries when to come again
└── BadAnswer    it answered, but not to the question
"""


class AiError(Exception):
    """Base of all; also a server that fails, or does not answer in time."""


class AiRefused(AiError):
    pass


class AiBusy(AiError):
    """``retry_after_s`` is None where the server did not say."""

    def __init__(self, text: str, retry_after_s: float | None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class BadAnswer(AiError):
    pass
