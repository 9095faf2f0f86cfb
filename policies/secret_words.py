"""What is a secret by its name, or by the look of it; and what only says where one lies."""

import re
from functools import lru_cache
from typing import Any

from model.values import number, truth

_WORDS = frozenset(
    {"password", "passwords", "passwd", "pwd", "passphrase", "secret", "token", "credential", "credentials", "apikey"}
)
_KEYS = frozenset({"api", "private", "secret", "shared", "preshared", "signing", "auth", "master"})
"""Before "key"."""
_REQUESTS = frozenset({"client", "continuation", "creation", "idempotency", "lock", "next", "page", "request"})
_PUBLISHED = frozenset({"analytics", "grant", "offer", "site", "source", "validation", "verification"})
_NO_SECRET_TOKENS = _REQUESTS | _PUBLISHED | {"update", "version"}
"""Before "token": what tells one request or one version from another, and what is published anyway."""
_BEHIND = frozenset({"base64", "body", "content", "pem", "plain", "plaintext", "string", "text", "value", "wo"})
"""Behind a secret's name: it still is one. Anything else is about a secret (`passwordLength`, `SECRET_ARN`)."""

_LOOKS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{20,}|\bgithub_pat_\w{20,}|\bxox[abpr]-[\w-]{10,}|\bsk_live_\w{10,}"
    r"|^[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@${]+@"  # a URL with a password
)
_ELSEWHERE = re.compile(r"arn:|\{\{resolve:|\$\{|https?://(?![^/]*@)|/[\w./-]+$", re.IGNORECASE)
"""An ARN, a reference that is resolved later, an address, a path such as a parameter's name."""


@lru_cache(maxsize=4096)
def secret_name(name: str) -> bool:
    """Whether something of this name is a secret: `masterPassword`, `DB_PASSWORD`, `privateKeyPem`, `api-key`."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]
    while len(words) > 1 and (words[-1] in _BEHIND or words[-1].isdigit()):
        words.pop()
    if not words:
        return False
    before = words[-2] if len(words) > 1 else ""
    if words[-1] == "key":
        return before in _KEYS
    if words[-1] == "token" and before in _NO_SECRET_TOKENS:
        return False
    return words[-1] in _WORDS or words[-1].endswith(("password", "passwd", "apikey"))


def in_clear(name: str, value: Any) -> bool:
    """Whether a known value is a secret that stands there in clear: by its name, or by the look of the value."""
    return named_in_clear(name, value) or (isinstance(value, str) and bool(_LOOKS.search(value.strip())))


def named_in_clear(name: str, value: Any) -> bool:
    """The same by the name alone: a text that neither says where the secret lies nor switches something on."""
    if not isinstance(value, str) or not secret_name(name):
        return False
    text = value.strip()
    switch = truth(text) is not None or (number(text) is not None and len(text) < 4)
    return bool(text) and not switch and not _ELSEWHERE.match(text)
