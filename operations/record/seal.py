"""A message that only the one who asked for it can read, wherever it is kept on its way.

What passes through the control table stays in its backups for weeks. So whoever asks for rows sends the public half of
a key that lives as long as the process; the answer is encrypted under a key of its own, which is wrapped by that.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.padding import OAEP

_BITS = 3072


class SealBroken(ValueError):
    """The message was not sealed for this key, or was changed on its way."""


class Opener:
    """The key pair of one asker; the private half never leaves the process."""

    def __init__(self) -> None:
        from cryptography.hazmat.primitives.asymmetric import rsa

        self._private = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)

    @property
    def public(self) -> str:
        """PEM, for `seal`."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def open(self, sealed: str) -> bytes:
        """Raises SealBroken."""
        from cryptography.fernet import Fernet, InvalidToken

        wrapped, _, token = sealed.partition(".")
        try:
            key = self._private.decrypt(urlsafe_b64decode(wrapped), _padding())
            return Fernet(key).decrypt(token.encode())
        except (InvalidToken, ValueError):
            raise SealBroken("the message was not sealed for this key, or was changed: ask again") from None


def seal(public: str, content: bytes) -> str:
    """The content for the holder of the key alone. Raises ValueError where `public` is no key."""
    from cryptography.fernet import Fernet
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    asker = load_pem_public_key(public.encode())
    if not isinstance(asker, RSAPublicKey):
        raise ValueError("the seal needs an RSA public key")  # noqa: TRY004 - it is the text that is wrong
    key = Fernet.generate_key()
    return f"{urlsafe_b64encode(asker.encrypt(key, _padding())).decode()}.{Fernet(key).encrypt(content).decode()}"


def _padding() -> "OAEP":
    from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
    from cryptography.hazmat.primitives.hashes import SHA256

    return OAEP(mgf=MGF1(SHA256()), algorithm=SHA256(), label=None)
