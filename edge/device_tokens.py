"""Tokens that speak for one device only, derived from what only the server has.

``ID.MAC``: the id is readable, so that a right token for another id can be told from a wrong one.
"""

import base64
import hashlib
import hmac

_PURPOSE = b"peerlens device token 1\n"


def device_token(key: str, device_id: str) -> str:
    """Return the token of ``device_id`` on a server with the secret ``key``.

    No device may know ``key``: it could make the tokens of all others.
    """
    return f"{device_id}.{_mac(key, device_id)}"


def device_of(key: str, token: str) -> str | None:
    """Return the id that ``token`` speaks for, None when it is no such token of this server."""
    device_id, _, mac = token.rpartition(".")
    try:
        right = hmac.compare_digest(mac.encode("ascii"), _mac(key, device_id).encode("ascii"))
    except UnicodeEncodeError:
        return None
    return device_id if device_id and right else None


def _mac(key: str, device_id: str) -> str:
    digest = hmac.digest(key.encode(), _PURPOSE + device_id.encode(), hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
