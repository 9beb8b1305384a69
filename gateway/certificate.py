"""The certificate that connections of this process share: made anew every day."""

import time

from aiortc.rtcdtlstransport import RTCCertificate

from gateway import aiortc_private

LIFETIME_S = 24 * 3600.0
"""aiortc's certificates are valid for 30 days; new peers get a new one every day."""


class SharedCertificate:
    """Making one for each connection would cost 13-60 ms of CPU."""

    def __init__(self) -> None:
        self._certificate = aiortc_private.generate_certificate()
        self._made_s = time.monotonic()

    def newest(self) -> RTCCertificate:
        """Return the certificate for a new connection."""
        if time.monotonic() - self._made_s > LIFETIME_S:
            self._certificate = aiortc_private.generate_certificate()
            self._made_s = time.monotonic()
        return self._certificate
