"""Which ICE servers are read from Link headers."""

import pytest
from aiortc.rtcicetransport import parse_stun_turn_uri

from edge.whep_http import ice_server_links
from gateway.output.links import MAX_SERVERS, ice_servers_in
from protocol.messages import IceServer

TURN = IceServer(("turn:turn.example.org:3478?transport=udp",), 'us"er\\', "se;cret, too")


def test_what_our_own_server_writes_is_read() -> None:
    stun = IceServer(("stun:stun.example.org:3478",))
    headers = [*ice_server_links(stun), *ice_server_links(TURN)]
    assert ice_servers_in(headers) == (stun, TURN)
    assert ice_servers_in([", ".join(headers)]) == (stun, TURN)


def test_as_others_write_it() -> None:
    header = (
        '<https://example.org/x>; rel="next", <stun:a>;rel=ice-server,'
        '<turns:b:443?transport=tcp>; REL="ice-server"; username="u"; credential="c";'
        ' credential-type="password"'
    )
    assert ice_servers_in([header]) == (
        IceServer(("stun:a",)),
        IceServer(("turns:b:443?transport=tcp",), "u", "c"),
    )


@pytest.mark.parametrize(
    "header",
    [
        "",
        "<>",
        "<stun:a>",
        "<stun:a>; rel=other",
        "<http://a>; rel=ice-server",
        "<stun:>; rel=ice-server",
        "<stun:a b>; rel=ice-server",
        "<stun:a:99999999>; rel=ice-server",
        "<turn:a>; rel=ice-server",
        "<turn:a>; rel=ice-server; username=u",
        "<turn:a?transport=sctp>; rel=ice-server; username=u; credential=c",
        '<turn:a>; rel=ice-server; username=u; credential=c; credential-type="oauth"',
        '<stun:a>; rel="ice-server',
        "<" * 4_000 + ">" * 4_000,
        "<stun:a>" + "; x=y" * 1_500,
        '<stun:a>; rel="' + "\\" * 6_000,
    ],
)
def test_what_cannot_be_used_is_left_out(header: str) -> None:
    assert ice_servers_in([header]) == ()


def test_there_are_not_too_many() -> None:
    header = ", ".join(f"<stun:s{number}>; rel=ice-server" for number in range(200))
    assert len(ice_servers_in([header] * 3)) == MAX_SERVERS


def test_all_that_is_read_can_be_used_by_aiortc() -> None:
    header = (
        "<stun:a>; rel=ice-server, <turn:b:1>; rel=ice-server; username=u; credential=c,"
        "<turns:c?transport=udp>; rel=ice-server; username=u; credential=c,"
        "<stun:d?transport=udp>; rel=ice-server"
    )
    servers = ice_servers_in([header])
    assert len(servers) == 4
    for server in servers:
        parse_stun_turn_uri(server.urls[0])
