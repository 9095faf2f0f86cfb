"""How a site's network is built."""

from typing import Literal

from infra.settings.frozen import Frozen


class NetworkSettings(Frozen):
    """The same at both sites."""

    nat: Literal["zone", "one"] = "zone"
    """A NAT gateway for each zone, or one for all: a third of the price, and the loss of its zone cuts the others off
    from everything outside AWS. What tasks need in order to start takes the endpoints, not NAT."""
