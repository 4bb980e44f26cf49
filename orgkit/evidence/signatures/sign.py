"""Signatures of runs: an in-toto statement in a DSSE envelope, ECDSA P-256 with SHA-256.

ORGKIT_SIGNING_KEY names the key: the file of a private key, or `kms:` with the id, ARN or alias of
one in AWS KMS. Unset, nothing is signed. A private key never enters store, output or log. Why this
format: docs/adr/0013.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable

from orgkit.environment import SIGNING_KEY, typed_path, value
from orgkit.errors.exceptions import UsageError
from orgkit.evidence.journal.events import Signed
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.runs import RunFolder
from orgkit.evidence.signatures.came_in import came_in
from orgkit.evidence.signatures.dsse import (
    PAYLOAD_TYPE,
    make_statement,
    pre_authentication_encoding,
)
from orgkit.evidence.signatures.keys import _UNSET, LocalKey, PrivateKey, PublicKey, is_p256
from orgkit.evidence.signatures.kms import KmsKey
from orgkit.evidence.store.store import Store
from orgkit.formats import canonical


class Signer:
    """Who signs: a private key here or in KMS."""

    def __init__(self, key: PrivateKey, name: str) -> None:
        self._key = key
        self.key = PublicKey(key.public_der)
        self._vouched: set[str] = set()
        if not is_p256(self.key.public):
            raise UsageError(f"The signing key {name} is not an ECDSA key on P-256.", _UNSET)

    def sign(
        self, folder: RunFolder, journal: Journal, at: str, by: str, own: Iterable[str] = ()
    ) -> list[str]:
        """Sign a run as it lies there, and with it the journal so far; kept as an event.

        The signer answers for what `journal` wrote, and for `own`: entries that another process of
        the same run wrote. Gives what else came in since the last signature of this key, in words.
        Raises `OrgkitError` if the key cannot be used any more, or the journal does not hold; then
        nothing is kept.
        """
        journal.reload()
        mine = {*journal.written, *own} - self._vouched
        came = came_in(folder, journal, self.key, mine)
        statement = make_statement(folder, journal.heads, mine, came.last, came.names)
        envelope = {
            "payload": base64.b64encode(canonical(statement)).decode(),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [{"keyid": self.key.id, "sig": ""}],
        }
        signature = self._key.sign(pre_authentication_encoding(envelope))
        envelope["signatures"] = [
            {"keyid": self.key.id, "sig": base64.b64encode(signature).decode()}
        ]
        # What is kept stays for ever, and an alias in KMS may have moved to another key meanwhile.
        if not self.key.holds(envelope):
            raise UsageError("The public key refuses what the signing key signed.", _UNSET)
        signed = Signed(folder=folder.name, envelope=envelope)
        journal.note(signed, at, by, folder.name)
        self._vouched |= mine
        return came.said


# Keys


def signer(store: Store, target: str, profile: str) -> Signer | None:
    """Who signs according to the environment; None if nobody.

    Raises `UsageError` or `OrgkitError` for a key that cannot be used.
    """
    name = value(SIGNING_KEY)
    return named_key(name, target, profile, store) if name else None


def named_key(name: str, target: str, profile: str, store: Store | None = None) -> Signer:
    """Find the signer of that name, as in ORGKIT_SIGNING_KEY."""
    if name.startswith("kms:"):
        return Signer(KmsKey(name.removeprefix("kms:"), target, profile), name)
    path = typed_path(name)
    root = store.local_path("") if store else None
    # Whoever can write evidence there could sign it as well.
    if root and path.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"The signing key {path} lies in the store.", "Keep it elsewhere.")
    return Signer(LocalKey(path), str(path))
