"""What is said of a camera at the broker. Pure."""

import json
from dataclasses import dataclass

from gateway.home_assistant.message import Message
from gateway.home_assistant.topics import DETECTION, THRESHOLD, Topics
from protocol.codec import to_wire
from protocol.messages import EventInfo

ON, OFF = "ON", "OFF"
ONLINE, OFFLINE = "online", "offline"


@dataclass(frozen=True, slots=True)
class Facts:
    """A camera as it is now. ``live``: it gives pictures, and they are looked at for motion."""

    live: bool
    motion: bool
    person: bool
    detection: bool
    threshold: float


def state_messages(topics: Topics, camera: str, facts: Facts) -> list[Message]:
    """Return all that is said of ``facts``."""
    said = {
        "motion": _switched(facts.motion),
        "person": _switched(facts.person),
        DETECTION: _switched(facts.detection),
        THRESHOLD: f"{facts.threshold:g}",
        "availability": ONLINE if facts.live else OFFLINE,
    }
    return [Message(topics.state(camera, name), payload) for name, payload in said.items()]


def event_message(topics: Topics, event: EventInfo) -> Message:
    """Return the event in its wire form, as ``/api/events`` gives it."""
    text = json.dumps(to_wire(event), ensure_ascii=False)
    return Message(topics.state(event.camera, "event"), text)


def gateway_message(topics: Topics, payload: str) -> Message:
    """Return what says whether the gateway is there at all."""
    return Message(topics.availability, payload)


def forgotten(topics: Topics, camera: str) -> list[Message]:
    """Return what removes a camera from the broker, and from Home Assistant."""
    return [Message(topic, "") for topic in topics.all_of(camera)]


def _switched(on: bool) -> str:
    return ON if on else OFF
