"""WebSocket close codes, by the problem that leads to them (README.md, "Problems")."""

NORMAL = 1000
GOING_AWAY = 1001
INTERNAL_ERROR = 1011

CLOSE_CODES = {
    "malformed-message": 4400,
    "unknown-type": 4400,
    "invalid-field": 4400,
    "unexpected-message": 4400,
    "unauthorized": 4401,
    "forbidden": 4403,
    "board-unknown": 4404,
    "unknown-camera": 4404,
    "gateway-offline": 4404,
    "timeout": 4408,
    "superseded": 4409,
    "message-too-large": 1009,
    "unsupported-version": 4426,
    "too-fast": 4429,
    "not-a-jpeg": 4415,
    "device-taken": 4503,
    "overloaded": 4503,
    "no-picture": 4503,
}


def close_code(slug: str) -> int:
    """Return the close code of a problem that ends a link."""
    return CLOSE_CODES[slug]
