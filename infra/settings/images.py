"""The registry of the images that tasks run."""

from typing import Annotated, Literal

from pydantic import Field

from infra.settings.frozen import Frozen


class ImagesSettings(Frozen):
    """Repositories for every image that names no registry of its own."""

    repositories: Literal["managed", "external"] = "managed"
    """`external` where another environment of the account, or somebody else, declares them: names are the account's."""
    scanning: Literal["basic", "enhanced"] = "enhanced"
    """Of the whole registry: at push, or continuously by Inspector, which has a price for each image."""
    keep: Annotated[int, Field(ge=10, le=10000)] = 200
    """Images kept in a repository; the oldest go first, also one that still runs: keep it high."""
