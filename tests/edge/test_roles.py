import pytest

from edge.roles import Role

LADDER = [Role.VIEWER, Role.DRIVER, Role.ADMIN]


def test_human_roles_build_on_each_other() -> None:
    for i, role in enumerate(LADDER):
        assert [role.allows(needed) for needed in LADDER] == [k <= i for k in range(3)]


@pytest.mark.parametrize("machine", [Role.DEVICE, Role.GATEWAY])
def test_machines_stand_alone(machine: Role) -> None:
    assert machine.allows(machine)
    for other in set(Role) - {machine}:
        assert not machine.allows(other)
        assert not other.allows(machine)
