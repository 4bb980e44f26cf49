"""Signatures of runs: an in-toto statement in a DSSE envelope, ECDSA P-256 with SHA-256.

ORGKIT_SIGNING_KEY names the key: the file of a private key, or `kms:` with the id, ARN or alias of
one in AWS KMS. Unset, nothing is signed. A private key never enters store, output or log. Why this
format: docs/adr/0013.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from orgkit.aws.kms import KmsKey
from orgkit.environment import home
from orgkit.errors.exceptions import UsageError
from orgkit.folder import MANIFEST, RunFolder
from orgkit.formats import canonical, digest
from orgkit.history import History
from orgkit.store import Store

SWITCH = "ORGKIT_SIGNING_KEY"
EVENT = "signed"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_STATEMENT = "https://in-toto.io/Statement/v1"
_PREDICATE = "https://github.com/orgkit/orgkit/docs/evidence.md#signatures"
_UNSET = f"Name a key in {SWITCH} that `orgkit key new` made, or unset it: then nothing is signed."


class _Signs(Protocol):
    @property
    def public_der(self) -> bytes:
        """The public key, DER."""

    def sign(self, message: bytes) -> bytes:
        """A signature, DER."""


@dataclass(frozen=True)
class Key:
    """A public key; its id is the SHA-256 of its DER form (SubjectPublicKeyInfo)."""

    der: bytes

    @property
    def id(self) -> str:
        """What names the key in envelopes and on the terminal."""
        return digest(self.der)

    @property
    def pem(self) -> bytes:
        """The key as openssl reads it."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        content: bytes = self.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return content

    @property
    def public(self) -> Any:
        """The key as `cryptography` holds it."""
        from cryptography.hazmat.primitives.serialization import load_der_public_key

        return load_der_public_key(self.der)

    def holds(self, envelope: Mapping[str, Any]) -> bool:
        """Whether the envelope's signature was made with this key."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        (signature,) = envelope["signatures"]
        try:
            sealed = _decoded(signature["sig"])
            self.public.verify(sealed, _pae(envelope), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return False
        return True


class Signer:
    """Who signs: a private key here or in KMS."""

    def __init__(self, key: _Signs, name: str) -> None:
        self._key = key
        self.key = Key(key.public_der)
        if not _on_p256(self.key.public):
            raise UsageError(f"The signing key {name} is no ECDSA key on P-256.", _UNSET)

    def sign(self, folder: RunFolder, history: History, at: str, by: str) -> None:
        """Sign a run as it lies there, and with it the record so far; kept as an event.

        Raises `OrgkitError` if the key cannot be used any more; then nothing is kept.
        """
        history.reload()
        statement = _statement(folder, history.heads)
        envelope = {
            "payload": base64.b64encode(canonical(statement)).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": self.key.id, "sig": ""}],
        }
        signature = self._key.sign(_pae(envelope))
        envelope["signatures"] = [
            {"keyid": self.key.id, "sig": base64.b64encode(signature).decode()}
        ]
        if not self.key.holds(envelope):
            raise UsageError("The public key refuses what the signing key signed.", _UNSET)
        history.note(EVENT, at, by, folder.name, folder=folder.name, envelope=envelope)


def _statement(folder: RunFolder, heads: list[str]) -> dict[str, Any]:
    organization = folder.path.partition("/")[0]
    manifest = {"sha256": folder.promised()["manifest"]}
    return {
        "_type": _STATEMENT,
        "subject": [{"name": f"{folder.path}/{MANIFEST}", "digest": manifest}],
        "predicateType": _PREDICATE,
        "predicate": {"organization_id": organization, "run": folder.name, "record": heads},
    }


def signed(envelope: Mapping[str, Any]) -> tuple[str, str, list[str]]:
    """What an envelope is about: the manifest's path and digest, and the newest entries.

    Raises ValueError, KeyError or TypeError for one that orgkit did not write.
    """
    content = _decoded(envelope["payload"])
    statement = json.loads(content)
    (subject,) = statement["subject"]
    kinds = (envelope["payloadType"], statement["_type"], statement["predicateType"])
    (signature,) = envelope["signatures"]
    if kinds != (PAYLOAD_TYPE, _STATEMENT, _PREDICATE) or set(signature) != {"keyid", "sig"}:
        raise ValueError("not an envelope of orgkit")
    _decoded(signature["sig"])
    record = [str(entry) for entry in statement["predicate"]["record"]]
    return str(subject["name"]), str(subject["digest"]["sha256"]), record


def _pae(envelope: Mapping[str, Any]) -> bytes:
    """What DSSE signs: type and payload with their lengths, so that neither can pass as other."""
    kind, body = str(envelope["payloadType"]).encode(), _decoded(envelope["payload"])
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(body), body)


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


# Keys


def signer(store: Store, target: str, profile: str) -> Signer | None:
    """Who signs according to the environment; None if nobody.

    Raises `UsageError` or `OrgkitError` for a key that cannot be used.
    """
    name = os.environ.get(SWITCH, "")
    if not name:
        return None
    return named(name, target, profile, store)


def named(name: str, target: str, profile: str, store: Store | None = None) -> Signer:
    """The signer of that name, as in ORGKIT_SIGNING_KEY."""
    if name.startswith("kms:"):
        return Signer(KmsKey(name.removeprefix("kms:"), target, profile), name)
    path = home() / Path(name).expanduser()
    root = store.local_path("") if store else None
    if root and path.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"The signing key {path} lies in the store.", "Keep it elsewhere.")
    return Signer(_LocalKey(path), str(path))


class _LocalKey:
    """A private key in a file: PKCS #8, PEM, without a password."""

    def __init__(self, path: Path) -> None:
        from cryptography.hazmat.primitives import serialization

        try:
            loose = path.stat().st_mode & 0o006
            key: Any = serialization.load_pem_private_key(path.read_bytes(), None)
        except OSError as error:
            raise UsageError(f"The signing key cannot be read: {error}", _UNSET) from error
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path} is no private key without a password.", _UNSET) from error
        if loose:
            raise UsageError(f"Everybody may read the signing key {path}.", f"chmod 600 {path}")
        self._key, self.public_der = key, _der(key.public_key())

    def sign(self, message: bytes) -> bytes:
        """A signature, DER."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec

        content: bytes = self._key.sign(message, ec.ECDSA(hashes.SHA256()))
        return content


def _on_p256(public: Any) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec

    return isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1"


def _der(public: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    content: bytes = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return content


def new_key(path: Path) -> Key:
    """Make a private key that only its owner may read. Raises `UsageError` if the file is there."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
    )

    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise UsageError(f"No key was made: {error}", "Name a file that is not there.") from error
    return Key(_der(key.public_key()))


def public_key(path: Path) -> Key:
    """The public key in a PEM file. Raises `UsageError` for anything else."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key: Any = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError):
        key = None
    if not _on_p256(key):
        problem = f"{path} is no public ECDSA key on P-256 (PEM)."
        raise UsageError(problem, "`orgkit key show` prints the public key of a signing key.")
    return Key(_der(key))
