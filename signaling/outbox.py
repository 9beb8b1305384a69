"""What a link has yet to send."""

from collections import deque

CAPACITY = 256
GATEWAY_CAPACITY = 2_048
"""Messages that may wait. Everybody who watches talks to a gateway, so it gets more room."""
MAX_CHARACTERS = 8_000_000


class Outbox:
    """A bounded queue. Of state messages, which the newest replaces, it keeps one.

    When it is full, by messages or by characters, `put` refuses; nothing is dropped in
    silence.
    """

    def __init__(self, capacity: int = CAPACITY, *, max_characters: int | None = None) -> None:
        self.capacity = capacity
        self._max_characters = max_characters
        self._texts: deque[str | None] = deque()
        self._characters = 0
        self._state = ""
        self.replaced = 0

    def __len__(self) -> int:
        return len(self._texts)

    def put(self, text: str) -> bool:
        """Queue ``text``; return False when the queue is full."""
        most = MAX_CHARACTERS if self._max_characters is None else self._max_characters
        if len(self._texts) >= self.capacity or self._characters + len(text) > most:
            return False
        self._texts.append(text)
        self._characters += len(text)
        return True

    def put_state(self, text: str) -> bool:
        """Queue ``text`` in place of the last state that waits, if one does."""
        if None in self._texts:
            self.replaced += 1
        elif len(self._texts) >= self.capacity:
            return False
        else:
            self._texts.append(None)
        self._state = text
        return True

    def pop(self) -> str | None:
        """Return the next text; None when nothing waits."""
        if not self._texts:
            return None
        text = self._texts.popleft()
        if text is None:
            return self._state
        self._characters -= len(text)
        return text

    def clear(self) -> None:
        """Forget everything that waits."""
        self._texts.clear()
        self._characters = 0
