"""Where acknowledged orders are found, so that a promotion can say what became of them."""

from typing import Annotated

from pydantic import Field

from infra.settings.frozen import Frozen

Identifier = Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_]*$", max_length=63)]


class OrderSettings(Frozen):
    """One table of the application: by it lost orders are counted, and rescued ones are replayed."""

    table: Annotated[str, Field(pattern=r"^[a-z_][a-z0-9_.]*$")] = "orders"
    column: Identifier = "order_id"
    """The order's identifier; unique."""
    key_column: Identifier = "idempotency_key"
    """The key under which the client sent it: a replay sends the same."""
    path: Annotated[str, Field(pattern=r"^/[^\s?#*]*$")] = "/orders"
    """Where the intake takes orders, at the edge."""
    fields: tuple[Identifier, ...] = ("order_id", "text")
    """Columns that the intake takes as the order's JSON body."""
