"""Can browsers reach the server at all, and may their pages?"""

from edge.origins import normal_origin
from edge.settings import HttpSettings
from peerlens.doctor.finding import Finding, note, ok, warning


def judge(http: HttpSettings, has_http_cameras: bool) -> list[Finding]:
    """Say who can open the page that is served with these settings."""
    return [_who(http), *_origins(http), *_mixed(http, has_http_cameras)]


def _who(http: HttpSettings) -> Finding:
    if http.is_loopback:
        return note(
            "browsers.this-machine-only",
            f"only browsers on this machine can open the page (http.host is {http.host})",
            "phones and other computers cannot watch",
            "if they should: put a proxy with TLS in front of it with auth.mode token, or set"
            " http.host 0.0.0.0 and auth.mode token in a network that you trust",
            host=http.host,
        )
    return ok(
        "browsers.reachable",
        f"browsers in this network can open the page ({http.host}:{http.port}); where it leaves"
        " a network that you trust, have a proxy with TLS in front of it",
        host=http.host,
        port=http.port,
    )


def _origins(http: HttpSettings) -> list[Finding]:
    findings = []
    for origin in http.allowed_origins:
        normal = normal_origin(origin)
        if normal is None:
            findings.append(
                warning(
                    "browsers.origin-unusable",
                    f"http.allowed_origins has {origin!r}, which is no origin",
                    "no page will ever match it, so pages there are refused",
                    "write it as https://example.org, without a path",
                    origin=origin,
                )
            )
        elif normal != origin.rstrip("/").lower():
            findings.append(
                note(
                    "browsers.origin-has-path",
                    f"http.allowed_origins has {origin!r}; what counts of it is {normal}",
                    "browsers send no path with an origin",
                    f"write {normal}",
                    origin=origin,
                )
            )
    return findings


def _mixed(http: HttpSettings, has_http_cameras: bool) -> list[Finding]:
    https = [each for each in http.allowed_origins if each.lower().startswith("https:")]
    findings = []
    if https and not http.is_loopback:
        findings.append(
            note(
                "browsers.mixed-content",
                f"the page at {https[0]} is HTTPS, and this server speaks plain HTTP",
                "browsers do not let a secure page talk to an insecure server",
                "put a proxy with TLS in front of this server, and give its wss:// address in the"
                " page's config.js",
                origin=https[0],
            )
        )
    if https and has_http_cameras:
        findings.append(
            note(
                "browsers.lan-view",
                "cameras speak plain HTTP, so an HTTPS page may not show their own stream directly",
                "the direct view on the camera's own network is blocked by browsers",
                "nothing for video; for the direct view open the page over http:// there",
            )
        )
    return findings
