"""Names with a random end, as the real providers make them where the program gives none."""

import hashlib
import secrets

from sandbox.providers.rules import AutoName


def auto_name(rule: AutoName, resource_name: str, seed: bytes) -> str:
    """`web` → `web-3f09a1c`: the resource's name, a dash, seven hexadecimal digits.

    The engine's seed makes preview and update agree; without one the end is random.
    """
    end = hashlib.sha256(seed).hexdigest()[:7] if seed else secrets.token_hex(4)[:7]
    room = rule.limit - len(rule.prefix) - len(end) - 1
    return f"{rule.prefix}{resource_name[:room]}-{end}"


def prefixed_name(prefix: str) -> str:
    """What `namePrefix` asks for: the prefix and an end that was not there before."""
    return f"{prefix}{secrets.token_hex(13)}"
