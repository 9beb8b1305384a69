"""Who somebody is to the server."""

from enum import StrEnum


class Role(StrEnum):
    """Viewer, driver and admin build on each other; device and gateway stand alone."""

    VIEWER = "viewer"
    DRIVER = "driver"
    ADMIN = "admin"
    DEVICE = "device"
    GATEWAY = "gateway"

    def allows(self, needed: "Role") -> bool:
        """Return whether this role may do what ``needed`` may."""
        return needed in _INCLUDES[self]


HUMAN_ROLES = (Role.VIEWER, Role.DRIVER, Role.ADMIN)

_INCLUDES = {
    Role.VIEWER: {Role.VIEWER},
    Role.DRIVER: {Role.VIEWER, Role.DRIVER},
    Role.ADMIN: {Role.VIEWER, Role.DRIVER, Role.ADMIN},
    Role.DEVICE: {Role.DEVICE},
    Role.GATEWAY: {Role.GATEWAY},
}
