"""Every type that the program declares can be looked for after a kill."""

from operations.adoption.table import FINDERS
from tests.infra.stacks import everything
from tests.infra.variants import stricter


def test_every_declared_type_has_a_finder() -> None:
    declared = {
        resource.type
        for stack in (*everything(), stricter())
        for resource in stack.resources
        if resource.custom and not resource.type.startswith("pulumi:")
    }
    assert len(declared) > 100
    assert sorted(declared - set(FINDERS)) == []
