"""TLS certificates: do they hold, and for how long?"""

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from peerlens.doctor.finding import Finding, ok, problem, warning
from peerlens.doctor.http_client import certificate_words

HANDSHAKE_TIMEOUT_S = 3.0
SOON_DAYS = 14.0
SECONDS_PER_DAY = 86_400


@dataclass(frozen=True, slots=True)
class CertificateReading:
    """``refused`` says why it does not hold; both are None where nobody answered in TLS."""

    refused: str | None = None
    days_left: float | None = None


async def read_certificate(host: str, port: int, now_s: float) -> CertificateReading:
    """Shake hands with a TLS server and look at its certificate; never raises."""
    try:
        async with asyncio.timeout(HANDSHAKE_TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        return CertificateReading(refused=certificate_words(error))
    except (OSError, TimeoutError, ValueError):
        return CertificateReading()
    certificate = writer.get_extra_info("peercert") or {}
    writer.close()
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1.0):
            await writer.wait_closed()
    return CertificateReading(days_left=days_left(certificate, now_s))


def days_left(certificate: Mapping[str, Any], now_s: float) -> float | None:
    """Return for how many days ``certificate``, as Python's ssl gives it, still holds."""
    until = certificate.get("notAfter")
    if not isinstance(until, str):
        return None
    return (ssl.cert_time_to_seconds(until) - now_s) / SECONDS_PER_DAY


def judge(area: str, where: str, reading: CertificateReading) -> list[Finding]:
    """Say what the certificate at ``where`` is worth; ``area`` begins the ids."""
    if reading.refused is not None:
        return [
            problem(
                f"{area}.certificate",
                f"the TLS certificate of {where} does not hold: {reading.refused}",
                "whoever connects refuses it, because it could be anybody's",
                "renew it, or get one that is made out for this name (Let's Encrypt is free);"
                " check the clock of this machine, too",
            )
        ]
    if reading.days_left is None:
        return []
    days = round(reading.days_left, 1)
    if days < SOON_DAYS:
        return [
            warning(
                f"{area}.certificate-expires",
                f"the TLS certificate of {where} ends in {days:g} days",
                "from then on nobody gets in",
                "see why it is not renewed by itself (certbot renew)",
                days_left=days,
            )
        ]
    what = f"the TLS certificate of {where} holds for {days:.0f} days"
    return [ok(f"{area}.certificate-holds", what, days_left=days)]
