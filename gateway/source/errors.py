"""Errors of sources: why a camera gives no pictures.

SourceError
├── SourceUnreachable    no connection, or it was closed: try again
│   ├── NoAnswer         nothing at all came back in time
│   ├── UnknownHost      the name of the camera has no address
│   └── CameraBusy       it answers that it cannot just now
├── SourceStalled        connected, but no complete picture in time: try again
└── SourceRefused        a person must act: credentials, address or format are wrong
    ├── WantsCredentials     it wants others, or some
    ├── CertificateRefused   its TLS certificate does not hold
    ├── NotVideo             it answers with something else than a stream
    │   ├── WebPage
    │   └── SinglePicture
    ├── Redirects            it sends us elsewhere
    └── BadSource        the source in the settings cannot be; also a ValueError
"""

import os

from gateway.errors import GatewayError


class SourceError(GatewayError):
    """Base of all reasons for a source to end. The message is for the person who set it up.

    ``retry`` says whether the same settings may work a moment later.
    """

    retry = True


class SourceUnreachable(SourceError):
    pass


class NoAnswer(SourceUnreachable):
    pass


class UnknownHost(SourceUnreachable):
    pass


class CameraBusy(SourceUnreachable):
    pass


class SourceStalled(SourceError):
    pass


class SourceRefused(SourceError):
    retry = False


class WantsCredentials(SourceRefused):
    pass


class CertificateRefused(SourceRefused):
    pass


class NotVideo(SourceRefused):
    pass


class WebPage(NotVideo):
    pass


class SinglePicture(NotVideo):
    pass


class Redirects(SourceRefused):
    pass


class BadSource(SourceRefused, ValueError):
    pass


def reason_of(error: OSError) -> str:
    """Return why a connection failed, in the system's words."""
    # asyncio puts its own words into strerror; names that do not resolve have negative numbers.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)
