"""What Home Assistant needs to know of a camera to show it: its MQTT discovery. Pure.

One message for each entity, the form that every version knows.
"""

import json
from typing import Any

from gateway.home_assistant.message import Message
from gateway.home_assistant.states import OFFLINE, ONLINE
from gateway.home_assistant.topics import DETECTION, ENTITIES, THRESHOLD, Topics

_ENTITIES: dict[str, dict[str, Any]] = {
    "motion": {"name": "Motion", "device_class": "motion"},
    "person": {"name": "Person", "device_class": "occupancy"},
    "last_event": {"name": "Last event", "content_type": "image/jpeg"},
    DETECTION: {
        "name": "Motion detection",
        "icon": "mdi:motion-sensor",
        "entity_category": "config",
    },
    THRESHOLD: {
        "name": "Motion threshold",
        "icon": "mdi:tune",
        "entity_category": "config",
        "min": 0,
        "max": 1,
        "step": 0.01,
        "mode": "slider",
    },
}
NEED_PICTURES = frozenset({"motion", "person"})
"""What cannot be known while the camera gives no pictures."""


def discovery(
    topics: Topics, camera: str, name: str, version: str, *, images: bool
) -> list[Message]:
    """Return what makes the camera ``name`` appear. Without ``images`` the image goes."""
    return [
        Message(
            topics.config(camera, component, entity),
            ""
            if component == "image" and not images
            else json.dumps(_config(topics, camera, name, version, entity), ensure_ascii=False),
        )
        for component, entity in ENTITIES
    ]


def _config(topics: Topics, camera: str, name: str, version: str, entity: str) -> dict[str, Any]:
    node = topics.node(camera)
    return {
        **_ENTITIES[entity],
        **_topics(topics, camera, entity),
        "unique_id": f"{node}_{entity}",
        "availability": [
            {"topic": topic, "payload_available": ONLINE, "payload_not_available": OFFLINE}
            for topic in _availability(topics, camera, entity)
        ],
        "availability_mode": "all",
        "qos": 1,
        "device": {
            "identifiers": [node],
            "name": name,
            "manufacturer": "Peerlens",
            "model": "Camera",
            "sw_version": version,
        },
        "origin": {"name": "Peerlens", "sw_version": version},
    }


def _topics(topics: Topics, camera: str, entity: str) -> dict[str, str]:
    if entity == "last_event":
        return {
            "image_topic": topics.state(camera, "image"),
            "json_attributes_topic": topics.state(camera, "event"),
        }
    state = topics.state(camera, entity)
    if entity in (DETECTION, THRESHOLD):
        return {"state_topic": state, "command_topic": f"{state}/set"}
    return {"state_topic": state}


def _availability(topics: Topics, camera: str, entity: str) -> list[str]:
    of_camera = [topics.state(camera, "availability")] if entity in NEED_PICTURES else []
    return [topics.availability, *of_camera]
