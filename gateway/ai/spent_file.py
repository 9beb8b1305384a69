"""What was spent today, kept over restarts: one that restarts again and again must not bill more.

Synchronous.
"""

import contextlib
import json
import logging
import os
import secrets
from pathlib import Path

logger = logging.getLogger(__name__)

SPENT_FILE = "ai_spent.json"
MAX_BYTES = 1_000


def read_spent(path: Path) -> tuple[int, int]:
    """Return day (since 1970) and questions asked on it; nothing where that cannot be known."""
    try:
        with path.open(encoding="utf-8") as file:
            content = json.loads(file.read(MAX_BYTES))
        return int(content["day"]), max(0, int(content["spent"]))
    except FileNotFoundError:
        return -1, 0
    except (OSError, ValueError, LookupError, TypeError, OverflowError) as error:
        logger.warning("= ai: %s cannot be read, counting anew: %s", path, error)
        return -1, 0


def write_spent(path: Path, day: int, spent: int) -> None:
    """Keep it. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        draft.write_text(json.dumps({"day": day, "spent": spent}) + "\n", "utf-8")
        os.replace(draft, path)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
