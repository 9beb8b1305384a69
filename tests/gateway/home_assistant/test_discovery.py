"""What Home Assistant is told of a camera."""

import json

from gateway.home_assistant.discovery import discovery
from gateway.home_assistant.message import SnapshotOf
from gateway.home_assistant.topics import ENTITIES, Topics

TOPICS = Topics.of("homeassistant", "peerlens", "local")


def configs(*, images: bool = True) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for message in discovery(TOPICS, "front", "Front door", "1.2", images=images):
        assert message.retain
        assert not isinstance(message.payload, SnapshotOf)
        name = message.topic.split("/")[-2]
        found[name] = json.loads(message.payload) if message.payload else {}
    return found


def test_each_entity_is_one_of_the_same_device_with_an_id_of_its_own() -> None:
    found = configs()
    assert set(found) == {name for _, name in ENTITIES}
    assert len({str(config["unique_id"]) for config in found.values()}) == len(ENTITIES)
    devices = [config["device"] for config in found.values()]
    assert devices == [devices[0]] * len(ENTITIES)
    assert isinstance(devices[0], dict)
    assert devices[0]["name"] == "Front door"
    assert devices[0]["sw_version"] == "1.2"
    assert all(config["origin"] == {"name": "Peerlens", "sw_version": "1.2"}
               for config in found.values())  # fmt: skip


def test_what_is_seen_needs_camera_and_gateway_what_is_set_needs_the_gateway() -> None:
    found = configs()
    payloads = {"payload_available": "online", "payload_not_available": "offline"}
    gateway = {"topic": "peerlens/local/availability", **payloads}
    camera = {"topic": "peerlens/local/front/availability", **payloads}
    for name in ("motion", "person"):
        assert found[name]["availability"] == [gateway, camera]
    for name in ("detection", "threshold", "last_event"):
        assert found[name]["availability"] == [gateway]
    assert {config["availability_mode"] for config in found.values()} == {"all"}


def test_the_threshold_is_a_number_within_its_bounds() -> None:
    threshold = configs()["threshold"]
    assert (threshold["min"], threshold["max"], threshold["step"]) == (0, 1, 0.01)
    assert threshold["command_topic"] == f"{threshold['state_topic']}/set"


def test_without_pictures_the_image_is_taken_away() -> None:
    assert configs(images=False)["last_event"] == {}
