"""Keys that sign and verify: ECDSA on P-256, in a file or in AWS KMS."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from orgkit.environment import SIGNING_KEY
from orgkit.errors.exceptions import UsageError
from orgkit.errors.translate import unusable
from orgkit.evidence.signatures.dsse import decoded, pre_authentication_encoding
from orgkit.formats import digest

_UNSET = (
    f"Name a key in {SIGNING_KEY} that `orgkit key new` made, or unset it: then nothing is signed."
)
_ECDSA = ec.ECDSA(hashes.SHA256())


class PrivateKey(Protocol):
    """A private key, wherever it is kept."""

    @property
    def public_der(self) -> bytes:
        """The public key, DER."""

    def sign(self, message: bytes) -> bytes:
        """Sign; gives DER."""


@dataclass(frozen=True)
class PublicKey:
    """A public key; its id is the SHA-256 of its DER form (SubjectPublicKeyInfo)."""

    der: bytes

    @property
    def id(self) -> str:
        """What names the key in envelopes and on the terminal."""
        return digest(self.der)

    @property
    def pem(self) -> bytes:
        """The key as openssl reads it."""
        return _public_bytes(self.public, Encoding.PEM)

    @property
    def public(self) -> Any:
        """The key as `cryptography` holds it."""
        return serialization.load_der_public_key(self.der)

    def holds(self, envelope: Mapping[str, Any]) -> bool:
        """Tell whether the envelope's signature was made with this key."""
        (signature,) = envelope["signatures"]
        sealed = decoded(signature["sig"])
        try:
            self.public.verify(sealed, pre_authentication_encoding(envelope), _ECDSA)
        except InvalidSignature:
            return False
        return True


class LocalKey:
    """A private key in a file: PKCS #8, PEM, without a password."""

    def __init__(self, path: Path) -> None:
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                raise UsageError(f"The signing key {path} is not a file.", _UNSET)
            key: Any = serialization.load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise unusable("The signing key cannot be read", error, _UNSET) from error
        except (ValueError, TypeError) as error:  # TypeError: it has a password
            raise UsageError(f"{path} is not a private key without a password.", _UNSET) from error
        if mode & 0o077:
            who = "Everybody" if mode & 0o007 else "A whole group"
            problem = f"{who} may read or change the signing key {path} (mode {mode & 0o777:04o})."
            raise UsageError(problem, f"chmod 600 {path}")
        self._key, self.public_der = key, _public_bytes(key.public_key(), Encoding.DER)

    def sign(self, message: bytes) -> bytes:
        """Sign; gives DER."""
        return bytes(self._key.sign(message, _ECDSA))


def is_p256(public: Any) -> bool:
    """Tell whether a public key is an ECDSA key on P-256."""
    return isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1"


def _public_bytes(public: Any, encoding: Encoding) -> bytes:
    return bytes(public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo))


def new_key(path: Path) -> PublicKey:
    """Make a private key that only its owner may read. Raises `UsageError` if the file is there."""
    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    try:
        # The mode is given as the file is made: there is no moment in which others can read it.
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise unusable("No key was made", error, "Name a file that is not there.") from error
    return PublicKey(_public_bytes(key.public_key(), Encoding.DER))


def public_key(path: Path) -> PublicKey:
    """Read the public key in a PEM file. Raises `UsageError` for anything else."""
    try:
        key: Any = serialization.load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not is_p256(key):
        problem = f"{path} is not a public ECDSA key on P-256 (PEM)."
        raise UsageError(problem, "`orgkit key show` prints the public key of a signing key.")
    return PublicKey(_public_bytes(key, Encoding.DER))
