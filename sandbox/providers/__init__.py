"""Pulumi's resource providers, emulated: the real engine talks to them as it talks to the real ones.

Handlers are rows of data in `rows/`; a type without a row is only recorded, with its arguments checked all the same.
`docs/sandbox.md` says for each type which of the two it is.
"""

from sandbox.providers.servers import Providers, debug_providers

__all__ = ["Providers", "debug_providers"]
