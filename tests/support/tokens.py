"""Tokens for tests, one per role, recognisable and long enough."""

from edge.auth import Authenticator, Role, Tokens


def known_tokens() -> Tokens:
    """Return tokens that spell their role."""
    return Tokens({role: f"{role.value}-token-for-tests-0123456789" for role in Role})


def bearer(role: Role) -> dict[str, str]:
    """Return the header that carries the token of ``role``."""
    return {"Authorization": f"Bearer {known_tokens().by_role[role]}"}


def token_authenticator() -> Authenticator:
    """Return an authenticator that wants those tokens."""
    return Authenticator(known_tokens())
