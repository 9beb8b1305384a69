"""A sending and a receiving SRTP session with the same keys."""

import os

from pylibsrtp import Policy, Session

from gateway.srtp import Protector, Scratch

PROFILES = {
    Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 44,
    Policy.SRTP_PROFILE_AEAD_AES_128_GCM: 28,
    Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 30,
}
"""Profiles that aiortc negotiates, with the bytes of key and salt."""


TAGS = {
    Policy.SRTP_PROFILE_AEAD_AES_256_GCM: 16,
    Policy.SRTP_PROFILE_AEAD_AES_128_GCM: 16,
    Policy.SRTP_PROFILE_AES128_CM_SHA1_80: 10,
}
"""By how much they make a packet longer."""

DEFAULT_PROFILE = Policy.SRTP_PROFILE_AEAD_AES_128_GCM


def protector(scratch: Scratch, profile: int = DEFAULT_PROFILE) -> tuple[Protector, Session]:
    """Return what protects in place, and what unprotects."""
    sending, receiving = srtp_pair(profile)
    return Protector(sending, TAGS[profile], scratch), receiving


def srtp_pair(profile: int = DEFAULT_PROFILE) -> tuple[Session, Session]:
    """Return what protects and what unprotects."""
    key = os.urandom(PROFILES[profile])

    def session(direction: int) -> Session:
        policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
        policy.allow_repeat_tx = True
        policy.window_size = 1024
        return Session(policy)

    return session(Policy.SSRC_ANY_OUTBOUND), session(Policy.SSRC_ANY_INBOUND)
