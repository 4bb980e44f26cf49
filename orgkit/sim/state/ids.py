"""Ids that look like AWS's and come from a seed: two runs of one walk give the same bytes."""

from __future__ import annotations

import hashlib
import string
import uuid

_LOWER = string.ascii_lowercase + string.digits
_UPPER = string.ascii_uppercase + "234567"
# Prefix, length and alphabet, as in the user guide's examples.
_KINDS = {
    "access-key": ("ASIA", 16, _UPPER),  # AKIA would be for good
    "account": ("", 12, string.digits),
    "create-account": ("car-", 32, _LOWER),
    "handshake": ("h-", 32, _LOWER),
    "policy": ("p-", 8, _LOWER),
    "role": ("AROA", 17, _UPPER),
}


def digest(*parts: object) -> bytes:
    """Hash the parts; the separator keeps ("ab", "c") and ("a", "bc") apart."""
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).digest()


def text(length: int, alphabet: str, *parts: object) -> str:
    """Draw `length` characters of the alphabet that depend on nothing but the parts."""
    number = int.from_bytes(digest(*parts) + digest("more", *parts), "big")
    letters = []
    for _ in range(length):
        number, index = divmod(number, len(alphabet))
        letters.append(alphabet[index])
    return "".join(letters)


def make(kind: str, *parts: object) -> str:
    """Make an id of a kind."""
    prefix, length, alphabet = _KINDS[kind]
    return prefix + text(length, alphabet, kind, *parts)


def organizational_unit_id(root_id: str, *parts: object) -> str:
    """Make `ou-`, the root's own letters, and 8 characters."""
    return f"ou-{root_id.removeprefix('r-')}-{text(8, _LOWER, 'ou', *parts)}"


def secret(length: int, *parts: object) -> str:
    """Make a secret or a token: random to look at, and worth nothing outside the simulator."""
    return text(length, string.ascii_letters + string.digits, "secret", *parts)


def request_id(*parts: object) -> str:
    """Make a request id in the form of a UUID."""
    return str(uuid.UUID(bytes=digest("request", *parts)[:16], version=4))
