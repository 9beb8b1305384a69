"""What the readings of TURN servers mean, taken together."""

import re
from collections.abc import Sequence

from peerlens.doctor import clock
from peerlens.doctor.finding import Finding, note, ok, problem, warning
from peerlens.doctor.turn_client import RelayReading, Trouble, TurnReading

FORBIDDEN_PEERS = (
    "127.0.0.1",
    "169.254.169.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.0.1",
    "100.64.0.1",
)
"""Loopback, the metadata service of clouds, and private networks: one of each."""
_WAYS = {"udp": "UDP", "tcp": "TCP", "tls": "TLS"}
_EXPIRY = re.compile(r"(\d{9,11})(?::|$)")
_NAME = "check the name in webrtc, its DNS entry, and that this machine can resolve names"
_SECRET = "webrtc.turn.secret here and static-auth-secret in coturn must be the same text"


def judge(readings: Sequence[TurnReading], now_s: float) -> list[Finding]:
    """Say which ways to TURN servers work, and what is behind it where some do not."""
    if not readings:
        return [
            note(
                "turn.none",
                "no TURN server is configured",
                "viewers behind symmetric NAT, or where UDP is blocked, get pictures over the"
                " server instead of video",
                "set up coturn (turn/README.md) when such viewers matter",
            )
        ]
    working = {each.server.url.way for each in readings if each.took_ms is not None}
    findings = []
    for each in readings:
        if each.took_ms is not None:
            findings.append(_allocates(each))
        else:
            findings.append(_trouble(each, working, now_s))
    if working and not working & {"tcp", "tls"} and not _tried(readings, "tcp", "tls"):
        findings.append(
            note(
                "turn.only-udp",
                "TURN is configured over UDP only",
                "viewers in networks that block UDP (offices, hotels) cannot use it",
                "add turn:HOST:3478?transport=tcp and, better, turns:HOST:443?transport=tcp",
            )
        )
    return findings


def _tried(readings: Sequence[TurnReading], *ways: str) -> bool:
    return any(each.server.url.way in ways for each in readings)


def _allocates(reading: TurnReading) -> Finding:
    url = reading.server.url
    took_ms = round(reading.took_ms or 0.0)
    what = f"{url.text} gives a relayed address over {_WAYS[url.way]} within {took_ms} ms"
    return ok("turn.allocates", what, url=url.text, way=url.way, took_ms=took_ms)


def _trouble(reading: TurnReading, working: set[str], now_s: float) -> Finding:
    url = reading.server.url
    if reading.trouble is Trouble.CREDENTIALS:
        return _credentials(reading, now_s)
    if reading.trouble is Trouble.CERTIFICATE:
        return problem(
            "turn.certificate",
            f"the TLS certificate of {url.text} does not hold: {reading.detail}",
            "browsers refuse it, so viewers where only TLS gets out have no relay",
            "give coturn a valid certificate for that name (cert=, pkey=) and restart it after"
            " each renewal",
            url=url.text,
            way=url.way,
        )
    if reading.trouble is Trouble.CODE:
        return problem(
            "turn.refuses",
            f"{url.text} refuses to relay: {reading.detail}",
            "viewers who need a relay get none",
            "look into coturn's log; 486 means that a quota is used up (user-quota, total-quota)",
            url=url.text,
            way=url.way,
        )
    if working:
        way = _WAYS[url.way]
        return warning(
            "turn.udp-blocked" if url.way == "udp" else f"turn.{url.way}-blocked",
            f"{url.text} cannot be had over {way}: {reading.detail}; other ways to TURN work",
            "video over TCP or TLS stutters where packets get lost"
            if url.way == "udp"
            else "networks that let nothing else out have no relay",
            _NAME
            if reading.trouble is Trouble.UNKNOWN_HOST
            else f"open the port for {way} in the firewalls here and there, and see that coturn"
            " listens on it",
            url=url.text,
            way=url.way,
        )
    return problem(
        "turn.unreachable",
        f"{url.text} cannot be had: {reading.detail}",
        "viewers who need a relay get none",
        _NAME
        if reading.trouble is Trouble.UNKNOWN_HOST
        else "check that coturn runs, the address in webrtc, and that firewalls let the port"
        f" through, for {_WAYS[url.way]}",
        url=url.text,
        way=url.way,
    )


def _credentials(reading: TurnReading, now_s: float) -> Finding:
    url = reading.server.url
    why = "viewers who need a relay get none"
    expiry = _EXPIRY.match(reading.server.username or "")
    if expiry is not None and float(expiry[1]) < now_s:
        ago = clock.duration(now_s - float(expiry[1]))
        return problem(
            "turn.expired",
            f"{url.text} refuses the credentials: they ended {ago} ago",
            why,
            "have them minted: webrtc.turn with a secret, instead of credentials in ice_servers",
            url=url.text,
            way=url.way,
        )
    minted = expiry is not None
    return problem(
        "turn.credentials",
        f"{url.text} refuses the credentials ({reading.detail})",
        why,
        _SECRET if minted else "check username and credential against user= in coturn",
        url=url.text,
        way=url.way,
    )


def judge_relay(reading: RelayReading) -> list[Finding]:
    """Say whether the relay relays, and to whom it does not."""
    url = reading.server.url.text
    findings = []
    if reading.problem is None and reading.took_ms is not None:
        what = f"{url} relays: from one allocation to another in {reading.took_ms:.1f} ms"
        findings.append(ok("turn.relays", what, url=url, took_ms=round(reading.took_ms, 1)))
    else:
        findings.append(
            problem(
                "turn.does-not-relay",
                f"{url} gives addresses but relays nothing: {reading.problem}",
                "viewers who need a relay connect, and see nothing",
                "set external-ip and relay-ip, allow the relay's own address (allowed-peer-ip), and"
                " open its ports min-port to max-port",
                url=url,
            )
        )
    if reading.open_to:
        findings.append(
            problem(
                "turn.open-relay",
                f"{url} would relay to {', '.join(reading.open_to)}",
                "whoever watches can reach that machine and its private network through it",
                "use turn/turnserver.conf with its denied-peer-ip lines; coturn before 4.9 needs"
                " the IPv4-mapped ones as well",
                url=url,
                open_to=", ".join(reading.open_to),
            )
        )
    elif reading.refused:
        what = f"{url} refuses to relay to private, loopback and metadata addresses"
        findings.append(ok("turn.closed", what, url=url, refused=", ".join(reading.refused)))
    return findings
