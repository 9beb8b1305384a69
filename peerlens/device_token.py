"""``peerlens device-token``: a token that speaks for one device only."""

import re

from edge.settings import AuthSettings
from edge.tokens import FILE_NAME, Tokens
from gateway.settings import CAMERA_ID
from peerlens.errors import ConfigError


def token_for(device_id: str, auth: AuthSettings) -> str:
    """Return the token of ``device_id``.

    Raises :class:`ConfigError`, or TokenFileError when the server's tokens cannot be read.
    """
    if not re.fullmatch(CAMERA_ID, device_id):
        raise ConfigError(
            f"{device_id!r}: expected an id of 1-64 of A-Z a-z 0-9 . _ -, the first alphanumeric"
        )
    file = auth.state_dir / FILE_NAME
    if not file.exists():
        raise ConfigError(
            f"{file}: there are no tokens yet; start the server with auth.mode=token first"
        )
    return Tokens.load(auth.state_dir).device_token(device_id)
