from dataclasses import replace

import pytest

from edge.auth import Role
from edge.turn_credentials import TurnSettings, mint
from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.messages import (
    Answer,
    Bye,
    Cameras,
    Candidate,
    Error,
    Hello,
    IceServers,
    Introduction,
    Offer,
    Ping,
    Pong,
    RegisterCamera,
    Registered,
    RegisterGateway,
    RoutedOffer,
    Welcome,
)
from signaling.broker import Incoming
from signaling.settings import SignalingLimits
from tests.signaling.broker_world import FRONT, World

OFFER = Offer("s1", "front", "v=0")
TURN = TurnSettings(urls=("turn:t.example",), secret="0123456789abcdef")
ANSWER = Answer("s1", "v=0 answer")
CANDIDATE = Candidate("s1", "candidate:1", "0", 0)


@pytest.fixture
def world() -> World:
    """A gateway with one camera, and a browser; both have read their greeting."""
    world = World()
    world.gateway("g", FRONT)
    world.browser("b")
    world.take("g")
    world.take("b")
    return world


def offered(world: World) -> World:
    world.say("b", OFFER)
    world.take("g")
    return world


def established(world: World) -> World:
    offered(world).say("g", ANSWER)
    world.take("b")
    return world


# Greetings


def test_a_browser_is_welcomed() -> None:
    world = World()
    world.gateway("g", FRONT)
    world.browser("b", role=Role.DRIVER)
    [welcome] = world.take("b")
    assert isinstance(welcome, Welcome)
    assert (welcome.peer, welcome.role, welcome.v) == ("b", "driver", 1)
    assert welcome.cameras == (FRONT,)
    assert welcome.ice_servers[0].urls == ("stun:stun.example",)
    assert welcome.heartbeat_s == 5.0


def test_gateways_and_devices_are_registered() -> None:
    world = World()
    world.gateway("g", FRONT)
    world.device("d")
    for conn in "gd":
        [registered] = world.take(conn)
        assert isinstance(registered, Registered)
        assert registered.heartbeat_s == 5.0
        # Devices make no peer connections, so they get no credentials to lose.
        assert bool(registered.ice_servers) == (conn == "g")
    device = world.broker.device("cam-1")
    assert device is not None
    assert device.stream_url == "http://192.168.0.20/stream"


GATEWAY = RegisterGateway("home")
DEVICE = RegisterCamera("cam-1", "http://192.168.0.20/")


@pytest.mark.parametrize(
    ("message", "role", "slug"),
    [
        (Hello(v=2), Role.VIEWER, "unsupported-version"),
        (replace(GATEWAY, v=2), Role.GATEWAY, "unsupported-version"),
        (replace(DEVICE, v=0), Role.DEVICE, "unsupported-version"),
        (Hello(), Role.GATEWAY, "forbidden"),
        (Hello(), Role.DEVICE, "forbidden"),
        (GATEWAY, Role.ADMIN, "forbidden"),
        (GATEWAY, Role.DEVICE, "forbidden"),
        (DEVICE, Role.ADMIN, "forbidden"),
        (DEVICE, Role.GATEWAY, "forbidden"),
        (replace(DEVICE, stream_url="http://127.0.0.1/"), Role.DEVICE, "invalid-field"),
    ],
)
def test_wrong_greetings_are_closed(message: Introduction, role: Role, slug: str) -> None:
    world = World()
    world.connect("x")
    world.do(world.broker.introduced("x", message, role, world.clock()))
    assert world.closed["x"].slug == slug
    assert world.take("x") == []
    assert world.broker.device("cam-1") is None


# A session


def test_a_session_from_offer_to_bye(world: World) -> None:
    world.say("b", OFFER)
    assert world.take("g") == [RoutedOffer("s1", "front", "v=0", "b", "viewer")]
    world.say("b", CANDIDATE)
    assert world.take("g") == [CANDIDATE]
    world.say("g", ANSWER)
    world.say("g", CANDIDATE)
    assert world.take("b") == [ANSWER, CANDIDATE]
    assert (world.broker.sessions_open, world.broker.sessions_waiting) == (1, 0)
    world.say("b", Bye("s1", "done"))
    assert world.take("g") == [Bye("s1", "done")]
    assert world.broker.sessions_open == 0
    assert world.take("b") == []


def test_the_gateway_may_end_it(world: World) -> None:
    established(world).say("g", Bye("s1", "the viewer fell silent"))
    assert world.take("b") == [Bye("s1", "the viewer fell silent")]
    assert world.broker.sessions_open == 0


def test_the_gateway_may_refuse_it(world: World) -> None:
    error = Error("urn:peerlens:problem:no-common-codec", "H264, VP8", "s1")
    offered(world).say("g", error)
    assert world.take("b") == [error]
    assert world.broker.sessions_open == 0


def test_offers_that_cannot_be_served(world: World) -> None:
    world.say("b", replace(OFFER, camera="nowhere"))
    assert world.problem("b") == ("unknown-camera", "s1")
    offered(world).say("b", OFFER)
    assert world.problem("b") == ("session-exists", "s1")
    world.browser("b2")
    world.take("b2")
    world.say("b2", OFFER)
    assert world.problem("b2") == ("session-exists", "s1")
    world.leave("g")
    assert world.problem("b") == ("gateway-offline", "s1")
    world.say("b", OFFER)
    assert world.problem("b") == ("gateway-offline", "s1")


def test_an_offer_that_would_break_the_gateways_link_is_refused(world: World) -> None:
    # 47,000 bytes of SDP, of which JSON makes 94,000.
    world.say("b", replace(OFFER, sdp="v=0\n" + "\n" * 47_000))
    assert world.take("g") == []
    [error] = world.take("b")
    assert isinstance(error, Error)
    assert (error.problem, error.session) == ("urn:peerlens:problem:invalid-sdp", "s1")
    world.say("b", OFFER)
    assert len(world.take("g")) == 1


def test_sessions_are_limited_per_connection_and_per_address() -> None:
    world = World(SignalingLimits(sessions_per_connection=2, sessions_per_address=3))
    world.gateway("g", FRONT)
    for conn in ("b1", "b2"):
        world.browser(conn)
        world.take(conn)
    for i in range(2):
        world.say("b1", Offer(f"s{i}", "front", "v=0"))
    world.say("b1", Offer("s2", "front", "v=0"))
    assert world.problem("b1") == ("too-many-sessions", "s2")
    world.say("b2", Offer("s3", "front", "v=0"))
    world.say("b2", Offer("s4", "front", "v=0"))
    assert world.problem("b2") == ("too-many-sessions", "s4")
    world.say("b1", Bye("s0"))
    world.say("b2", Offer("s4", "front", "v=0"))
    assert world.take("b2") == []


@pytest.mark.parametrize("message", [CANDIDATE, Bye("s1"), Candidate("never", "")])
def test_strangers_have_no_part_in_a_session(world: World, message: Candidate | Bye) -> None:
    world.browser("stranger")
    world.take("stranger")
    established(world).say("stranger", message)
    assert world.problem("stranger") == ("unknown-session", message.session)
    assert world.recipients == {"stranger"}
    assert world.broker.sessions_open == 1


@pytest.mark.parametrize(
    "message", [ANSWER, CANDIDATE, Error("urn:peerlens:problem:invalid-sdp", "", "s1")]
)
def test_other_gateways_have_no_part_in_a_session(
    world: World, message: Answer | Candidate | Error
) -> None:
    world.gateway("g2", gateway_id="shed")
    world.take("g2")
    offered(world).say("g2", message)
    assert world.problem("g2") == ("unknown-session", "s1")
    assert world.recipients == {"g2"}
    assert world.broker.sessions_waiting == 1


def test_a_bye_for_what_the_broker_forgot_is_nothing(world: World) -> None:
    established(world).leave("b")
    world.say("g", Bye("s1"))
    assert world.take("g") == []


def test_no_answer_in_time(world: World) -> None:
    offered(world).wait(14.9)
    assert world.broker.sessions_waiting == 1
    world.wait(0.2)
    bye = Bye("s1", "negotiation timed out")
    assert world.take("b")[-1] == bye
    assert world.take("g") == [bye]
    assert world.broker.sessions_open == 0
    world.say("g", ANSWER)
    assert world.problem("g") == ("unknown-session", "s1")


def test_established_sessions_do_not_time_out(world: World) -> None:
    established(world).wait(3600.0)
    assert world.broker.sessions_open == 1


# Links that end


def test_a_browser_that_leaves_does_not_end_its_media(world: World) -> None:
    established(world).leave("b")
    assert world.take("g") == []
    assert world.broker.sessions_open == 0


def test_a_browser_that_leaves_too_early_ends_its_negotiation(world: World) -> None:
    offered(world).leave("b")
    assert world.take("g") == [Bye("s1", "the browser left")]
    assert world.broker.sessions_open == 0


def test_a_gateway_that_leaves_does_not_end_media(world: World) -> None:
    established(world).leave("g")
    assert all(isinstance(message, Cameras) for message in world.take("b"))
    assert world.broker.sessions_open == 0


def test_a_gateway_that_leaves_fails_negotiations(world: World) -> None:
    offered(world).leave("g")
    errors = [message for message in world.take("b") if isinstance(message, Error)]
    assert [error.session for error in errors] == ["s1"]


def test_a_gateway_comes_back(world: World) -> None:
    world.leave("g")
    world.wait(1.0)
    [cameras] = world.take("b")
    assert isinstance(cameras, Cameras)
    assert cameras.cameras[0].state == "offline"
    world.gateway("g2", FRONT)
    world.wait(1.0)
    assert world.take("b")[-1] == Cameras((FRONT,))
    world.take("g2")
    world.say("b", OFFER)
    assert [type(message) for message in world.take("g2")] == [RoutedOffer]


def test_a_newer_link_supersedes_the_older(world: World) -> None:
    offered(world).gateway("g2", FRONT)
    assert world.closed["g"].code == 4409
    assert world.closed["g"].slug == "superseded"
    assert "g" not in world.open
    assert Error(
        "urn:peerlens:problem:gateway-offline", "the gateway left before it answered", "s1"
    ) in world.take("b")
    world.leave("g")
    assert world.broker.cameras() == (FRONT,)
    world.device("d")
    world.device("d2", "http://192.168.0.21/")
    assert world.closed["d"].slug == "superseded"
    device = world.broker.device("cam-1")
    assert device is not None
    assert device.conn == "d2"


def test_a_camera_belongs_to_one_gateway(world: World) -> None:
    world.gateway("g2", FRONT, gateway_id="shed")
    registered, error = world.take("g2")
    assert isinstance(registered, Registered)
    assert isinstance(error, Error)
    assert error.problem == "urn:peerlens:problem:camera-taken"
    assert "front" in error.detail
    assert "g2" in world.open
    world.say("b", OFFER)
    assert world.take("g") != []
    assert world.take("g2") == []


def test_connections_are_limited() -> None:
    world = World(SignalingLimits(connections=3, connections_per_address=2))
    world.connect("a")
    world.connect("b")
    world.connect("c")
    assert world.closed["c"].code == 4503
    world.connect("d", "192.0.2.2")
    world.connect("e", "192.0.2.3")
    assert world.closed["e"].slug == "overloaded"
    world.leave("a")
    world.connect("f")
    assert "f" in world.open


# What is out of place


@pytest.mark.parametrize(
    ("conn", "message"),
    [
        ("new", Ping(1)),
        ("new", OFFER),
        ("new", Cameras(())),
        ("b", ANSWER),
        ("b", Cameras(())),
        ("b", Error("x", "y")),
        ("b", Welcome("p", "admin", 5.0)),
        ("b", Registered(5.0)),
        ("g", OFFER),
        ("g", Welcome("p", "admin", 5.0)),
        ("d", OFFER),
        ("d", CANDIDATE),
        ("d", Cameras(())),
        ("b", Hello()),
        ("g", GATEWAY),
        ("d", DEVICE),
    ],
)
def test_messages_out_of_place_close_the_link(world: World, conn: str, message: Incoming) -> None:
    world.connect("new")
    world.device("d")
    world.say(conn, message)
    assert world.closed[conn].slug == "unexpected-message"
    assert world.closed[conn].code == 4400


def test_introducing_oneself_twice_closes_the_link(world: World) -> None:
    world.do(world.broker.introduced("b", Hello(), Role.VIEWER, world.clock()))
    assert world.closed["b"].slug == "unexpected-message"


def test_a_second_answer_closes_the_link(world: World) -> None:
    established(world).say("g", ANSWER)
    assert world.closed["g"].slug == "unexpected-message"


def test_pings_are_answered(world: World) -> None:
    world.device("d")
    for conn in "bgd":
        world.take(conn)
        world.say(conn, Ping(7))
        assert world.take(conn) == [Pong(7)]
        world.say(conn, Pong(8))
        assert world.take(conn) == []


def test_links_that_are_gone_say_nothing(world: World) -> None:
    world.leave("b")
    world.leave("b")
    world.say("b", OFFER)
    assert world.take("g") == []


# News of cameras


def test_changes_are_gathered(world: World) -> None:
    world.wait(1.0)
    world.take("b")
    for viewers in range(100):
        world.say("g", Cameras((replace(FRONT, viewers=viewers),)))
        world.clock.advance(0.01)
    world.wait(0.25)
    told = world.take("b")
    assert 2 <= len(told) <= 6
    assert told[-1] == Cameras((replace(FRONT, viewers=99),))
    world.wait(10.0)
    assert world.take("b") == []


def test_only_browsers_hear_of_cameras(world: World) -> None:
    world.connect("new")
    world.device("d")
    world.browser("player", transient=True)
    for conn in ("new", "d", "g", "player"):
        world.take(conn)
    world.say("g", Cameras(()))
    world.wait(1.0)
    assert world.recipients <= {"b"}
    assert all(world.take(conn) == [] for conn in ("new", "d", "g", "player"))


# Players: links that carry one session


def test_a_player_ends_with_its_session(world: World) -> None:
    world.browser("p", transient=True)
    world.say("p", OFFER)
    world.say("g", ANSWER)
    assert ANSWER in world.take("p")
    world.say("g", Bye("s1"))
    assert world.closed["p"].code == 1000
    assert world.broker.sessions_open == 0


@pytest.mark.parametrize("ending", ["unknown camera", "time", "gateway", "refusal", "own bye"])
def test_a_player_ends_however_its_session_ends(world: World, ending: str) -> None:
    world.browser("p", transient=True)
    world.take("p")
    if ending == "unknown camera":
        world.say("p", replace(OFFER, camera="nowhere"))
    else:
        world.say("p", OFFER)
    if ending == "time":
        world.wait(16.0)
    elif ending == "gateway":
        world.leave("g")
    elif ending == "refusal":
        world.say("g", Error("urn:peerlens:problem:invalid-sdp", "no", "s1"))
    elif ending == "own bye":
        world.say("p", Bye("s1"))
    assert "p" in world.closed
    assert not world.broker.is_transient("p")
    if ending != "own bye":
        assert len(world.take("p")) == 1


def test_an_offer_that_the_gateway_has_no_room_for_is_refused(world: World) -> None:
    world.say("b", OFFER)
    [routed] = world.take("g")
    world.do(world.broker.undelivered("g", routed, world.clock()))
    assert world.problem("b") == ("gateway-offline", "s1")
    assert world.broker.sessions_open == 0
    world.do(world.broker.undelivered("g", routed, world.clock()))
    world.do(world.broker.undelivered("g", CANDIDATE, world.clock()))
    assert world.recipients == set()


# Credentials for TURN


def is_fresh(world: World, username: str | None, password: str | None) -> bool:
    expiry, _, name = (username or "").partition(":")
    expected = mint(TURN.secret, name, world.clock() + TURN.credential_lifetime_s)
    return expiry == expected.username.partition(":")[0] and password == expected.password


def test_each_link_has_credentials_of_its_own() -> None:
    world = World(turn=TURN)
    usernames = set()
    for conn in ("a", "b"):
        world.browser(conn)
        [welcome] = world.take(conn)
        assert isinstance(welcome, Welcome)
        relay = welcome.ice_servers[1]
        assert is_fresh(world, relay.username, relay.credential)
        assert conn not in (relay.username or "").partition(":")[2].split()
        usernames.add(relay.username)
    assert len(usernames) == 2


def test_browsers_that_stay_get_new_ones_before_half_the_time_is_over() -> None:
    world = World(turn=TURN)
    world.browser("b")
    world.browser("player", transient=True)
    world.gateway("g", FRONT)
    world.take("b"), world.take("player"), world.take("g")
    for _ in range(3):
        world.wait(TURN.credential_lifetime_s * 0.39)
        assert not any(isinstance(message, IceServers) for message in world.take("b"))
        world.wait(TURN.credential_lifetime_s * 0.02)
        [renewed] = [m for m in world.take("b") if isinstance(m, IceServers)]
        assert is_fresh(world, renewed.ice_servers[1].username, renewed.ice_servers[1].credential)
    for conn in ("player", "g"):
        assert not any(isinstance(message, IceServers) for message in world.take(conn))
    world.leave("b")
    world.wait(TURN.credential_lifetime_s)
    assert world.take("b") == []


def test_without_turn_nothing_is_renewed(world: World) -> None:
    world.wait(100_000)
    assert not any(isinstance(message, IceServers) for message in world.take("b"))


def test_an_offer_through_turn_brings_the_gateway_credentials_for_the_session() -> None:
    world = World(turn=TURN)
    world.gateway("g", FRONT)
    world.browser("b")
    world.take("g")
    for session, relay in (("s1", False), ("s2", True), ("s3", True)):
        world.say("b", replace(OFFER, session=session, relay=relay))
    direct, relayed, other = world.take("g")
    assert isinstance(direct, RoutedOffer)
    assert isinstance(relayed, RoutedOffer)
    assert isinstance(other, RoutedOffer)
    assert (direct.relay, direct.ice_servers) == (False, ())
    assert relayed.relay
    entry = relayed.ice_servers[1]
    assert is_fresh(world, entry.username, entry.credential)
    assert other.ice_servers[1].username != entry.username
    assert "s2" not in (entry.username or "")


def test_an_offer_that_is_too_large_with_its_credentials_is_refused() -> None:
    world = World(turn=TURN)
    world.gateway("g", FRONT)
    world.browser("b", transient=True)
    world.take("g"), world.take("b")
    empty = RoutedOffer("s1", "front", "", "b", "viewer", relay=True)
    # It would just fit without; each of these takes two bytes in JSON.
    sdp = "\n" * ((MAX_MESSAGE_BYTES - len(encode(empty))) // 2)
    world.say("b", Offer("s1", "front", sdp, relay=True))
    assert world.problem("b") == ("invalid-sdp", "s1")
    assert world.take("g") == []
