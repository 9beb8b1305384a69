"""Whatever comes in whatever order: nothing leaks, and nobody hears what is not theirs."""

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from edge.auth import Role
from protocol.messages import (
    Answer,
    Bye,
    Call,
    CameraInfo,
    Cameras,
    Candidate,
    Error,
    Join,
    Offer,
    Ping,
    RegisterBoard,
    RoutedOffer,
    Welcome,
)
from signaling.broker import Incoming
from signaling.errors import SessionRefused
from signaling.links import Kind
from signaling.settings import SignalingLimits
from tests.signaling.broker_world import World

CAMERAS = ["front", "rear", "door"]
BOARDS = ["board-1", "board-2"]
SESSIONS = [f"s{i}" for i in range(6)]
LIMITS = SignalingLimits(
    connections=12,
    connections_per_address=6,
    sessions_per_connection=2,
    sessions_per_address=3,
    relays=4,
    relays_per_address=3,
)

links = st.integers(0, 11)
sessions = st.sampled_from(SESSIONS)
kinds = st.sampled_from(["answer", "candidate", "bye", "error"])
camera_sets = st.sets(st.sampled_from(CAMERAS))


def infos(ids: set[str]) -> tuple[CameraInfo, ...]:
    return tuple(CameraInfo(id, id, "live", car="car1") for id in sorted(ids))


class Exchange(RuleBasedStateMachine):
    """Random links say random things. `World` checks that effects are about open links."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(LIMITS)
        self.count = 0
        self.browsers: set[str] = set()
        self.called: dict[str, str] = {}
        """Calls, and the gateway that was told of each."""
        self.taken: set[str] = set()
        self.session_of: dict[str, tuple[str, str]] = {}
        """Who had opened a session, and whose offer it was routed to, newest first."""

    def any_link(self, number: int) -> str | None:
        known = sorted(self.world.open)
        return known[number % len(known)] if known else None

    def new_conn(self) -> str:
        self.count += 1
        return f"c{self.count}"

    @rule(address=st.sampled_from(["a", "b"]), transient=st.booleans())
    def browser(self, address: str, transient: bool) -> None:
        conn = self.new_conn()
        self.browsers.add(conn)
        role = random.choice([Role.VIEWER, Role.ADMIN])
        self.world.browser(conn, address, role, transient=transient)

    @rule(
        gateway_id=st.sampled_from(["home", "shed"]),
        cameras=camera_sets,
        boards=st.sets(st.sampled_from(BOARDS)),
    )
    def gateway(self, gateway_id: str, cameras: set[str], boards: set[str]) -> None:
        self.world.gateway(
            self.new_conn(), *infos(cameras), gateway_id=gateway_id, boards=tuple(sorted(boards))
        )

    @rule(
        wanted=st.sampled_from(CAMERAS + BOARDS),
        address=st.sampled_from(["a", "b"]),
        role=st.sampled_from([Role.DEVICE, Role.DRIVER]),
    )
    def relayed(self, wanted: str, address: str, role: Role) -> None:
        conn = self.new_conn()
        message = RegisterBoard(wanted) if wanted in BOARDS else Join(wanted)
        self.world.relayed(conn, message, role, address)
        for other in self.world.recipients - {conn}:
            for got in self.world.got[other]:
                if isinstance(got, Call):
                    self.called.setdefault(got.call, other)

    @rule(number=links)
    def take(self, number: int) -> None:
        calls = sorted(set(self.called) & self.world.open)
        if not calls:
            return
        call = calls[number % len(calls)]
        if call in self.taken:
            with pytest.raises(SessionRefused):
                self.world.broker.call_taken(call)
        else:
            self.world.broker.call_taken(call)
            self.taken.add(call)

    @rule()
    def device(self) -> None:
        self.world.device(self.new_conn())

    @rule(number=links)
    def leave(self, number: int) -> None:
        conn = self.any_link(number)
        if conn is not None:
            self.world.leave(conn)

    @rule(number=links, session=sessions, camera=st.sampled_from(CAMERAS))
    def offer(self, number: int, session: str, camera: str) -> None:
        conn = self.any_link(number)
        if conn is None:
            return
        self.say(conn, Offer(session, camera, "v=0"))
        for other in self.world.recipients - {conn}:
            for message in self.world.got[other]:
                if isinstance(message, RoutedOffer):
                    assert message.peer in self.browsers
                    self.session_of[message.session] = (message.peer, other)

    @rule(
        number=links,
        session=sessions,
        kind=kinds,
    )
    def about_a_session(self, number: int, session: str, kind: str) -> None:
        conn = self.any_link(number)
        if conn is None:
            return
        messages: dict[str, Incoming] = {
            "answer": Answer(session, "v=0"),
            "candidate": Candidate(session, "candidate"),
            "bye": Bye(session),
            "error": Error("urn:peerlens:problem:invalid-sdp", "", session),
        }
        self.say(conn, messages[kind])

    @rule(number=links, cameras=camera_sets)
    def cameras(self, number: int, cameras: set[str]) -> None:
        conn = self.any_link(number)
        if conn is not None:
            self.say(conn, Cameras(infos(cameras)))

    @rule(number=links)
    def other(self, number: int) -> None:
        conn = self.any_link(number)
        if conn is not None:
            messages: list[Incoming] = [Ping(1), Welcome("p", "admin", 5.0)]
            self.say(conn, random.choice(messages))

    @rule(seconds=st.sampled_from([0.1, 5.0, 20.0, 700.0]))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    def say(self, conn: str, message: Incoming) -> None:
        before = {link: len(messages) for link, messages in self.world.got.items()}
        self.world.say(conn, message)
        for link in self.world.recipients - {conn}:
            for got in self.world.got[link][before.get(link, 0) :]:
                # Forwarded messages reach only the other end of their session.
                if isinstance(got, Answer | Candidate):
                    assert {conn, link} == set(self.session_of[got.session])

    @invariant()
    def sessions_hang_on_open_links(self) -> None:
        broker = self.world.broker
        listed = broker._sessions._by_id.values()
        for session in listed:
            assert session.browser in self.world.open
            assert session.gateway in self.world.open
        assert broker.sessions_waiting == sum(not session.answered for session in listed)
        assert sum(broker.links_open(kind) for kind in Kind) == len(self.world.open)

    @invariant()
    def relays_hang_on_open_links(self) -> None:
        broker = self.world.broker
        for relay in broker._relays._by_id.values():
            assert relay.id in self.world.open
            assert relay.taken == (relay.id in self.taken)
            if not relay.taken:
                assert relay.gateway in self.world.open
                assert self.called[relay.id] == relay.gateway
        assert len(broker._relays) <= LIMITS.relays

    def teardown(self) -> None:
        for conn in list(self.world.open):
            self.world.leave(conn)
        self.world.wait(1_000.0)
        broker = self.world.broker
        assert broker.sessions_open == broker.sessions_waiting == 0
        assert broker.cameras() == ()
        assert broker.device("cam-1") is None
        sessions, links = broker._sessions, broker._links
        assert not sessions._by_id
        assert not sessions._by_link
        assert not sessions._waiting
        assert not sessions._per_address
        assert not links._by_conn
        assert not links._per_address
        assert not broker._directory._gateways
        assert not broker._boards._claims
        assert not broker._relays._by_id
        assert not broker._relays._per_address


TestExchange = Exchange.TestCase
TestExchange.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
