"""Names at the broker."""

import re

import pytest

from gateway.home_assistant.topics import Topics

TOPICS = Topics.of("homeassistant", "home/peerlens", "local")


def test_states_and_commands_are_below_prefix_gateway_and_camera() -> None:
    assert TOPICS.availability == "home/peerlens/local/availability"
    assert TOPICS.state("front", "motion") == "home/peerlens/local/front/motion"
    assert "home/peerlens/local/+/detection/set" in TOPICS.subscriptions
    assert TOPICS.birth in TOPICS.subscriptions


@pytest.mark.parametrize("camera", ["front", "a.b", "A_1-2", "availability"])
def test_discovery_topics_have_only_what_home_assistant_takes(camera: str) -> None:
    prefix, component, node, name, last = TOPICS.config(camera, "switch", "detection").split("/")
    assert (prefix, component, name, last) == ("homeassistant", "switch", "detection", "config")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", node)


def test_no_two_cameras_share_an_id() -> None:
    other = Topics.of("homeassistant", "home", "peerlens_local")
    cameras = ("a.b", "a_b", "a-b")
    assert len({topics.node(camera) for topics in (TOPICS, other) for camera in cameras}) == 6


def test_a_topic_is_taken_apart() -> None:
    assert TOPICS.split("home/peerlens/local/front/detection/set") == ("front", "detection/set")
    for other in ("home/peerlens/local/availability", "home/peerlens/other/front/x", "", "home"):
        assert TOPICS.split(other) is None
