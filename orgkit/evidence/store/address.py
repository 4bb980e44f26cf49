"""What an address of a store means: a folder, a bucket, or a place that fsspec opens; or nothing.

An address that looks like one kind and would be taken for another is refused, because evidence
that lies in an unexpected place is lost evidence.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from orgkit.environment import home, typed_path
from orgkit.errors.exceptions import UsageError
from orgkit.formats import printable

DEFAULT = "evidence"  # what stands in a parameters cell that nobody has touched

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://(.*)")
_NAMED = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DRIVE = re.compile(r"[A-Za-z]:([\\/].*)?")
_BUCKET_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(.+)")
# virtual-hosted and path style, with or without a Region, as the console and the SDKs write them
_BUCKET_HOST = re.compile(
    r"https?://([a-z0-9][a-z0-9.-]+)\.s3[a-z0-9.-]*\.amazonaws\.com[^/]*/?(.*)"
)
_BUCKET_PATH = re.compile(r"https?://s3[a-z0-9.-]*\.amazonaws\.com[^/]*/(.+)")
# S3 user guide, general purpose bucket naming rules
_BUCKET = re.compile(r"(?!xn--|sthree-|amzn-s3-demo-)[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]")
_IP = re.compile(r"\d+\.\d+\.\d+\.\d+")
# name:password@host; a port is no password
_PASSWORD = re.compile(r"/[^/@:]*:(?!\d+(?:/|$))[^@]*@")
_BAD_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

_FOLDER = 'Name a folder, for example "evidence", or an address such as s3://bucket/prefix.'
_WEB = "a page of the web cannot keep evidence"
_PACKED = "it reads what is packed, and keeps nothing that is written one file at a time"
_CACHE = "a cache keeps what is written on this machine first, or only there"
_NOT_ONCE = "it cannot promise to create a file once"
_WRAPPER = "it stands for a place that has an address of its own"
# What fsspec opens, and what would lose the evidence or never take it.
_NO_STORE: Mapping[str, str] = {
    "memory": "what is written there is lost when the process ends",
    "http": _WEB,
    "https": _WEB,
    "data": _WEB,
    **dict.fromkeys(("zip", "tar", "libarchive", "reference", "root"), _PACKED),
    **dict.fromkeys(("simplecache", "filecache", "blockcache", "cached"), _CACHE),
    **dict.fromkeys(("git", "github", "gist", "jupyter", "jlab", "dvc", "pyscript"), _NOT_ONCE),
    **dict.fromkeys(("dir", "generic", "dask", "asyncwrapper", "asynclocal"), _WRAPPER),
    **dict.fromkeys(("s3a", "s3n"), "buckets are written s3://bucket/prefix"),
}


@dataclass(frozen=True, slots=True)
class Address:
    """An address that was understood: `scheme` is empty for a folder of this machine."""

    scheme: str
    text: str  # as it is shown
    full: str  # in full, wherever one stands

    @property
    def folder(self) -> Path:
        """The folder of this machine."""
        return Path(self.full)


def read_address(text: str) -> Address:
    """Understand an address. The untouched default means the working folder, all else is typed.

    Raises `UsageError` for what is no address of a known kind.
    """
    _refuse_odd_characters(text)
    if text == DEFAULT:
        return Address("", text, str(home() / text))
    return _typed(text)


def in_full(text: str, *, typed: bool) -> str:
    """Write an address in full; a typed one is meant from where the person stands, whatever it is.

    Raises `UsageError` for what is no address of a known kind.
    """
    _refuse_odd_characters(text)
    return (_typed(text) if typed else read_address(text)).full


def _typed(text: str) -> Address:
    if arn := _BUCKET_ARN.fullmatch(text):
        raise _refused(text, "is an ARN", f"Write s3://{arn[1].rstrip('*').rstrip('/')}")
    if text.lower().startswith("arn:"):
        raise _refused(text, "is an ARN, and of no bucket", "Write s3://bucket/prefix.")
    if "::" in text:
        raise _refused(text, f"is a chain of addresses: {_CACHE}", _FOLDER)
    if url := _URL.fullmatch(text):
        scheme = url[1].lower()  # RFC 3986: schemes are the same in both cases
        return _URLS.get(scheme, _other)(text, scheme, url[2])
    return _local(text)


def _refuse_odd_characters(text: str) -> None:
    if not text.strip():
        raise UsageError("The store is empty.", 'Name a folder, for example "evidence".')
    if text != text.strip():
        raise _refused(text, "begins or ends with a space", "Take the space away.")
    # Also what turns the direction of a line, or ends it: what is shown must be what is meant.
    if any(unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") for c in text):
        raise _refused(text, "holds a control character", "Type the address again.")
    if ":" in text.partition("/")[0] and _PASSWORD.search(text):
        # Not repeated: the address of a store stands in every report.
        raise UsageError(
            "The store's address holds a password.",
            "Take it out: fsspec has a configuration of its own for it, and AWS profiles.",
        )


# Folders


def _local(text: str) -> Address:
    """Read a path. What is half an address is refused: pathlib would make folders of it."""
    _refuse_windows(text)
    if _NAMED.match(text):
        scheme, _, rest = text.partition(":")
        known = {"s3": "s3://", "file": "file:///"}.get(scheme.lower())
        address = f"{known}{rest.lstrip('/')}, or " if known else ""
        hint = f"Write {address}./{text} if it is a folder."
        raise _refused(text, "is neither a folder nor an address", hint)
    # Also in other letters of the same look, which would make a folder with a strange name.
    joined = "://" in unicodedata.normalize("NFKC", text)
    if joined or any(part.lower() in _SCHEMES_IN_PATHS for part in text.split("/")[:-1]):
        raise _refused(text, "is a path with an address in it", "Write the address alone.")
    return _folder(text)


# What a path holds when somebody joined it with an address, or made an address absolute.
_SCHEMES_IN_PATHS = frozenset(
    f"{scheme}:" for scheme in ("s3", "s3a", "file", "memory", "http", "https", "gs", "gcs", "abfs")
)


def _refuse_windows(text: str) -> None:
    if _DRIVE.fullmatch(text) or "\\" in text:
        raise _refused(text, "is a path of Windows", "Write it with / and without a drive letter.")


def _folder(text: str) -> Address:
    path = typed_path(text)
    if text.startswith("~") and os.path.expanduser(text) == text:  # noqa: PTH111 - never raises
        raise _refused(text, "names a home that is not on this machine", _FOLDER)
    return Address("", str(path), str(path))


def _file_url(text: str, _: str, rest: str) -> Address:
    """Read file:///folder and file://localhost/folder (RFC 8089), percent-encoded."""
    host, slash, path = rest.partition("/")
    if not slash or not path.strip("/") or host.lower() not in ("", "localhost"):
        raise _refused(text, "names no folder from the root", "Write file:///folder in full.")
    if any(sign in path for sign in "?#") or _BAD_PERCENT.search(path):
        raise _refused(text, "is not well encoded", "Write ? as %3F, # as %23 and % as %25.")
    try:
        decoded = unquote(path, errors="strict")
    except UnicodeDecodeError as error:
        raise _refused(text, "is not well encoded", "Encode it as UTF-8.") from error
    _refuse_odd_characters(decoded or text)
    _refuse_windows(decoded)
    return _folder(f"/{decoded.lstrip('/')}")


# Buckets


def _s3(text: str, scheme: str, rest: str) -> Address:
    bucket, _, prefix = rest.partition("/")
    if not _BUCKET.fullmatch(bucket) or _IP.fullmatch(bucket):
        what = "names no bucket" if not bucket else f'names "{bucket}", which no bucket is called'
        raise _refused(
            text, what, "Write s3://bucket/prefix with the bucket's name as S3 shows it."
        )
    prefix = prefix.removesuffix("/")
    parts = prefix.split("/") if prefix else []
    if any(part in ("", ".", "..") for part in parts) or any(c in prefix for c in "\\?#"):
        raise _refused(text, "has no plain prefix", "Write s3://bucket/prefix with names and /.")
    whole = f"s3://{bucket}/{prefix}" if prefix else f"s3://{bucket}"
    return Address(scheme, whole, whole)


def _web(text: str, scheme: str, rest: str) -> Address:
    bucket = _BUCKET_HOST.fullmatch(text)
    found = "/".join(filter(None, bucket.groups())) if bucket else ""
    if path := _BUCKET_PATH.fullmatch(text):
        found = path[1]
    if found:
        raise _refused(text, "is a bucket's web address", f"Write s3://{found.partition('?')[0]}")
    return _other(text, scheme, rest)


# Whatever else fsspec knows


def _other(text: str, scheme: str, rest: str) -> Address:
    if why := _NO_STORE.get(scheme):
        hint = f"Write s3://{rest}" if scheme in ("s3a", "s3n") else _FOLDER
        raise _refused(text, f"cannot hold evidence: {why}", hint)
    whole = f"{scheme}://{rest}"
    return Address(scheme, whole, whole)


_URLS: Mapping[str, Callable[[str, str, str], Address]] = {
    "s3": _s3,
    "file": _file_url,
    "local": _file_url,  # fsspec's other name for it
    "http": _web,
    "https": _web,
}


def _refused(text: str, what: str, do_this: str) -> UsageError:
    return UsageError(f'The store "{printable(text)}" {what}.', printable(do_this))
