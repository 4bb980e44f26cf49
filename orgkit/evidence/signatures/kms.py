"""A signing key in AWS KMS: it signs there, and its private half never leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from orgkit.aws.session import evidence_client
from orgkit.errors.exceptions import AwsError, OrgkitError, UsageError
from orgkit.errors.translate import explained, unusable

ALGORITHM = "ECDSA_SHA_256"
_REGION = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]+):")


class KmsKey:
    """An asymmetric key by its id, ARN or alias; found and looked at when made.

    Raises `OrgkitError` for a key that cannot be found or may not be used, `UsageError` for one of
    another kind. Needs `kms:GetPublicKey` and `kms:Sign`.
    """

    def __init__(self, name: str, target: str, profile: str) -> None:
        self._name = name
        found = _REGION.match(name)
        with _named(name), explained("GetPublicKey"):
            self._client: Any = evidence_client("kms", target, profile, found[1] if found else "")
            answer = self._client.get_public_key(KeyId=name)
        if ALGORITHM not in answer.get("SigningAlgorithms", ()):
            raise UsageError(
                f"The KMS key {name} does not sign with {ALGORITHM}.",
                "Make one with the key spec ECC_NIST_P256 and the key usage SIGN_VERIFY.",
            )
        self.public_der = bytes(answer["PublicKey"])

    def sign(self, message: bytes) -> bytes:
        """Sign; gives a signature over at most 4,096 bytes, DER, as KMS gives it."""
        with _named(self._name), explained("Sign"):
            answer = self._client.sign(
                KeyId=self._name, Message=message, MessageType="RAW", SigningAlgorithm=ALGORITHM
            )
        return bytes(answer["Signature"])


@contextmanager
def _named(name: str) -> Iterator[None]:
    """Say of which key AWS's refusal is."""
    try:
        yield
    except AwsError as error:
        raise unusable(
            f"The signing key {name} in KMS cannot be used",
            error,
            "Allow kms:GetPublicKey and kms:Sign on it (`orgkit iam signing`), name another key in "
            "ORGKIT_SIGNING_KEY, or unset it: then nothing is signed.",
            OrgkitError,  # the name may be right: what is missing is a permission or a sign-in
        ) from error
