import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from protocol.codec import MAX_MESSAGE_BYTES, encode
from protocol.messages import CameraInfo, Cameras
from signaling.cameras import (
    MAX_CAMERAS,
    MAX_LIST_BYTES,
    MAX_OFFLINE_GATEWAYS,
    OFFLINE_FOR_S,
    CameraDirectory,
    fitting,
)


def infos(*ids: str) -> tuple[CameraInfo, ...]:
    return tuple(CameraInfo(id, id.title(), "live", viewers=3) for id in ids)


def ids(directory: CameraDirectory) -> list[str]:
    return [info.id for info in directory.listing()]


def test_cameras_are_listed_in_a_stable_order() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("rear", "front"))
    assert ids(directory) == ["front", "rear"]
    assert directory.link_of("rear") == "a"
    directory.update("home", infos("front"))
    assert ids(directory) == ["front"]


def test_a_gateway_that_is_away_leaves_its_cameras_offline_for_a_while() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front"))
    assert directory.gone("home", "a", now=100.0)
    [camera] = directory.listing()
    assert camera.state == "offline"
    assert camera.detail == "the gateway home is not connected"
    assert camera.viewers == 0
    assert directory.link_of("front") is None
    assert not directory.expire(100.0 + OFFLINE_FOR_S - 1)
    assert directory.expire(100.0 + OFFLINE_FOR_S)
    assert directory.listing() == ()


def test_a_gateway_that_returns_takes_its_cameras_back() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front"))
    directory.gone("home", "a", now=100.0)
    older, claim = directory.register("home", "b", infos("front"))
    assert (older, claim.refused) == (None, ())
    assert directory.listing() == infos("front")
    assert directory.link_of("front") == "b"


def test_the_same_gateway_again_supersedes_the_older_link() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front", "rear"))
    older, _ = directory.register("home", "b", infos("front"))
    assert older == "a"
    assert not directory.gone("home", "a", now=1.0)
    assert ids(directory) == ["front"]
    assert directory.link_of("front") == "b"


def test_the_first_live_gateway_keeps_a_camera() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front"))
    _, claim = directory.register("shed", "b", infos("front", "door"))
    assert claim.refused == (("front", "camera-taken"),)
    assert directory.link_of("front") == "a"
    assert ids(directory) == ["door", "front"]
    assert directory.update("shed", infos("front", "door")).refused == ()


@pytest.mark.parametrize("closes", [True, False])
def test_the_next_in_line_inherits_a_camera(closes: bool) -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front"))
    directory.register("shed", "b", infos("front"))
    if closes:
        directory.gone("home", "a", 1.0)
    else:
        directory.update("home", ())
    assert directory.link_of("front") == "b"
    assert directory.listing() == infos("front")


def test_an_absent_gateway_loses_a_camera_that_another_claims() -> None:
    directory = CameraDirectory()
    directory.register("home", "a", infos("front"))
    directory.gone("home", "a", 1.0)
    directory.register("shed", "b", infos("front"))
    assert directory.link_of("front") == "b"
    _, claim = directory.register("home", "c", infos("front"))
    assert claim.refused == (("front", "camera-taken"),)


def test_the_list_is_bounded_and_makes_room_from_what_is_offline() -> None:
    directory = CameraDirectory()
    directory.register("old", "a", infos(*(f"old{i}" for i in range(200))))
    directory.gone("old", "a", 1.0)
    directory.register("new", "b", infos(*(f"new{i}" for i in range(100))))
    assert len(directory.listing()) == 100
    _, claim = directory.register("more", "c", infos(*(f"more{i}" for i in range(200))))
    assert len(directory.listing()) == MAX_CAMERAS
    assert {slug for _, slug in claim.refused} == {"too-many-cameras"}
    assert len(claim.refused) == 44


def test_absent_gateways_are_bounded() -> None:
    directory = CameraDirectory()
    for i in range(MAX_OFFLINE_GATEWAYS + 10):
        directory.register(f"gateway{i}", f"conn{i}", infos(f"camera{i}"))
        directory.gone(f"gateway{i}", f"conn{i}", float(i))
    assert len(directory.listing()) == MAX_OFFLINE_GATEWAYS
    assert "camera0" not in ids(directory)


def test_a_list_fits_in_one_message() -> None:
    long = [CameraInfo(f"c{i:063}", "😀" * 100, "error", detail="é" * 500) for i in range(256)]
    fit = fitting(long)
    assert 50 < len(fit) < 256
    assert len(encode(Cameras(fit)).encode()) <= MAX_LIST_BYTES < MAX_MESSAGE_BYTES
    assert all(info.detail is None for info in fit)
    assert len(fitting([CameraInfo(f"camera{i}", "Name", "live") for i in range(256)])) == 256


class Directory(RuleBasedStateMachine):
    """Whatever gateways do, each listed camera has one owner that claims it."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = CameraDirectory()
        self.live: dict[str, str] = {}
        self.claims: dict[str, set[str]] = {}
        self.count = 0
        self.now = 0.0

    names = st.sampled_from(["g1", "g2", "g3"])
    lists = st.sets(st.sampled_from(["a", "b", "c"]))

    @rule(name=names, cameras=lists)
    def register(self, name: str, cameras: set[str]) -> None:
        self.count += 1
        conn = f"conn{self.count}"
        older, _ = self.directory.register(name, conn, infos(*sorted(cameras)))
        assert older == self.live.get(name)
        self.live[name], self.claims[name] = conn, cameras

    @rule(name=names, cameras=lists)
    def update(self, name: str, cameras: set[str]) -> None:
        if name in self.live:
            self.directory.update(name, infos(*sorted(cameras)))
            self.claims[name] = cameras

    @rule(name=names)
    def leave(self, name: str) -> None:
        if name in self.live:
            self.directory.gone(name, self.live.pop(name), self.now)

    @rule(seconds=st.sampled_from([1.0, OFFLINE_FOR_S / 2, OFFLINE_FOR_S]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        self.directory.expire(self.now)

    @invariant()
    def every_camera_has_one_owner(self) -> None:
        listed = {info.id: info for info in self.directory.listing()}
        assert len(listed) == len(self.directory.listing())
        for camera, info in listed.items():
            conn = self.directory.link_of(camera)
            assert (conn is None) == (info.state == "offline")
            assert conn is None or conn in self.live.values()
        claimed = set().union(*(self.claims[name] for name in self.live))
        for camera in claimed:
            conn = self.directory.link_of(camera)
            [owner] = [name for name, link in self.live.items() if link == conn]
            assert camera in self.claims[owner]


TestDirectory = Directory.TestCase
TestDirectory.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
