"""A Peerlens that is running already: what it says about itself."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
from yarl import URL

from edge.errors import TokenFileError
from edge.roles import Role
from edge.settings import AuthSettings
from edge.tokens import FILE_NAME, Tokens
from peerlens.doctor.finding import Finding, ok, problem, warning
from peerlens.doctor.http_client import get

SUPERSEDED = "another gateway has registered as"


@dataclass(frozen=True)
class KnownTokens:
    """The tokens of this configuration; ``problem`` says why they cannot be read."""

    by_role: Mapping[Role, str] = field(default_factory=dict, repr=False)
    problem: str | None = None


@dataclass(frozen=True)
class RunningServer:
    """``cameras`` is what it lists, by id: ``None`` when it does not tell us (``refused``)."""

    url: URL
    not_ready: str | None = None
    refused: int | None = None
    cameras: Mapping[str, Mapping[str, Any]] | None = None
    ice_servers: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def read_tokens(auth: AuthSettings) -> KnownTokens:
    """Read the tokens that the server made; makes none."""
    if auth.mode != "token" or not Path(auth.state_dir, FILE_NAME).exists():
        return KnownTokens()
    try:
        return KnownTokens(Tokens.load_or_create(auth.state_dir).by_role)
    except TokenFileError as error:
        return KnownTokens(problem=str(error))


async def read_running(session: ClientSession, url: URL, viewer: str | None) -> RunningServer:
    """Ask the server at ``url``, with the token of a viewer where there is one."""
    ready, cameras, relays = await asyncio.gather(
        get(session, url / "readyz"),
        get(session, url / "api" / "cameras", viewer),
        get(session, url / "api" / "ice-servers", viewer),
    )
    detail = ready.body.get("detail") if isinstance(ready.body, dict) else None
    return RunningServer(
        url,
        not_ready=None if ready.status == 200 else str(detail or ready.problem or ready.status),
        refused=cameras.status if cameras.status in (401, 403, 429) else None,
        cameras=_by_id(cameras.body),
        ice_servers=_ice_servers(relays.body),
    )


def _by_id(body: Any) -> dict[str, Mapping[str, Any]] | None:
    if not isinstance(body, list):
        return None
    return {str(each["id"]): each for each in body if isinstance(each, dict) and "id" in each}


def _ice_servers(body: Any) -> tuple[Mapping[str, Any], ...]:
    servers = body.get("iceServers") if isinstance(body, dict) else None
    return tuple(each for each in servers or () if isinstance(each, dict))


def judge_tokens(tokens: KnownTokens) -> list[Finding]:
    """Say whether the server could use its tokens."""
    if tokens.problem is None:
        return []
    return [
        problem(
            "server.token-file",
            f"the tokens cannot be used: {tokens.problem}",
            "Peerlens does not start without them",
            "make the file readable for its owner only, or remove it to get new tokens",
        )
    ]


def judge(server: RunningServer) -> list[Finding]:
    """Say how the running server is."""
    findings = []
    if server.not_ready is None:
        findings.append(ok("server.ready", "the running server says that it is ready"))
    elif SUPERSEDED in server.not_ready:
        findings.append(
            problem(
                "server.superseded",
                f"the running gateway was thrown out: {server.not_ready}",
                "two gateways under one id would throw each other out for ever, so it gave up",
                "give each its own signaling.gateway_id, and start this one again",
            )
        )
    else:
        findings.append(
            warning(
                "server.not-ready",
                f"the running server says that it is not ready: {server.not_ready}",
                "viewers may see no pictures",
                "look at the other findings, and at its log",
            )
        )
    if server.refused is not None:
        findings.append(
            warning(
                "server.other-tokens",
                f"the running server refuses the viewer's token in auth.state_dir"
                f" ({server.refused})",
                "it was started with another configuration than this one, so this check-up may"
                " be of something else",
                "give the doctor the file and the working folder that the server was started with",
            )
        )
    return findings
