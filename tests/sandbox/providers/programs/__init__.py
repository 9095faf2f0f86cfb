"""Programs that the engine tests run: the types that Lifeline declares, in the shape that it declares them in."""

from tests.sandbox.providers.programs.data import data
from tests.sandbox.providers.programs.edge import traffic_at_the_edge
from tests.sandbox.providers.programs.guards import everything_that_guards
from tests.sandbox.providers.programs.network import everything_in_a_network
from tests.sandbox.providers.programs.place import provider
from tests.sandbox.providers.programs.services import services_behind_a_load_balancer
from tests.sandbox.providers.programs.stores import stores
from tests.sandbox.providers.programs.watch import everything_that_watches

__all__ = [
    "data",
    "everything_in_a_network",
    "everything_that_guards",
    "everything_that_watches",
    "provider",
    "services_behind_a_load_balancer",
    "stores",
    "traffic_at_the_edge",
]
