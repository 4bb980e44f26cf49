"""Ids that look like AWS's and come from a seed: two runs of one walk give the same bytes."""

from __future__ import annotations

import hashlib
import string
import uuid

_LOWER = string.ascii_lowercase + string.digits
_UPPER = string.ascii_uppercase + "234567"


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


def handshake_id(*parts: object) -> str:
    """Make `h-` and 32 characters, as in the user guide's examples."""
    return "h-" + text(32, _LOWER, "handshake", *parts)


def create_account_request_id(*parts: object) -> str:
    """Make `car-` and 32 characters."""
    return "car-" + text(32, _LOWER, "create-account", *parts)


def organizational_unit_id(root_id: str, *parts: object) -> str:
    """Make `ou-`, the root's own letters, and 8 characters."""
    return f"ou-{root_id.removeprefix('r-')}-{text(8, _LOWER, 'ou', *parts)}"


def account_id(*parts: object) -> str:
    """Make twelve digits for a new account."""
    return text(12, string.digits, "account", *parts)


def policy_id(*parts: object) -> str:
    """Make `p-` and 8 characters."""
    return "p-" + text(8, _LOWER, "policy", *parts)


def access_key_id(*parts: object) -> str:
    """Make a temporary access key id, which AWS starts with ASIA."""
    return "ASIA" + text(16, _UPPER, "access-key", *parts)


def role_id(*parts: object) -> str:
    """Make the unique id of a role."""
    return "AROA" + text(17, _UPPER, "role", *parts)


def secret(length: int, *parts: object) -> str:
    """Make a secret or a token: random to look at, and worth nothing outside the simulator."""
    return text(length, string.ascii_letters + string.digits, "secret", *parts)


def request_id(*parts: object) -> str:
    """Make a request id in the form of a UUID."""
    return str(uuid.UUID(bytes=digest("request", *parts)[:16], version=4))
