"""The names of everything at the broker. docs/home-assistant.md lists them."""

import hashlib
import re
from dataclasses import dataclass

DETECTION, THRESHOLD = "detection", "threshold"
SETTINGS = (DETECTION, THRESHOLD)
"""What can be set; the topic to do so has ``/set`` after it."""
STATES = ("availability", "motion", "person", "event", "image", *SETTINGS)
ENTITIES = (
    ("binary_sensor", "motion"),
    ("binary_sensor", "person"),
    ("image", "last_event"),
    ("switch", DETECTION),
    ("number", THRESHOLD),
)
"""Component and name of what each camera has in Home Assistant."""


@dataclass(frozen=True, slots=True)
class Topics:
    """``root`` is unique for a gateway at its broker; camera ids come as they are."""

    discovery_prefix: str
    root: str

    @classmethod
    def of(cls, discovery_prefix: str, topic_prefix: str, gateway_id: str) -> "Topics":
        return cls(discovery_prefix, f"{topic_prefix}/{gateway_id}")

    @property
    def availability(self) -> str:
        """Of the gateway; also the topic of its last will."""
        return f"{self.root}/availability"

    @property
    def birth(self) -> str:
        """Where Home Assistant says that it has started."""
        return f"{self.discovery_prefix}/status"

    @property
    def subscriptions(self) -> tuple[str, ...]:
        commands = tuple(f"{self.root}/+/{name}/set" for name in SETTINGS)
        return (self.birth, f"{self.root}/+/availability", *commands)

    def state(self, camera: str, name: str) -> str:
        """One of :data:`STATES`."""
        return f"{self.root}/{camera}/{name}"

    def config(self, camera: str, component: str, name: str) -> str:
        """Where Home Assistant learns of an entity; see :data:`ENTITIES`."""
        return f"{self.discovery_prefix}/{component}/{self.node(camera)}/{name}/config"

    def node(self, camera: str) -> str:
        """An id of the camera that nothing else has, of a-z A-Z 0-9 _ - only."""
        whole = f"{self.root}/{camera}"
        digest = hashlib.sha256(whole.encode()).hexdigest()[:8]
        return f"{re.sub(r'[^A-Za-z0-9_-]', '_', whole)}_{digest}"

    def split(self, topic: str) -> tuple[str, str] | None:
        """Return camera and the rest of a topic below one; None for any other."""
        start = f"{self.root}/"
        camera, slash, rest = topic.removeprefix(start).partition("/")
        return (camera, rest) if topic.startswith(start) and slash and camera else None

    def all_of(self, camera: str) -> tuple[str, ...]:
        """Every topic under which something of the camera may be kept."""
        return (
            *(self.config(camera, component, name) for component, name in ENTITIES),
            *(self.state(camera, name) for name in STATES),
        )
