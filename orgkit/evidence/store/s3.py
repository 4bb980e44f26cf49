"""Evidence in S3: created by conditional writes, never deleted, at home under Object Lock.

Not through fsspec, for the reasons in docs/adr/0012. These calls keep evidence and are no work on
the organization, so they are neither guarded nor part of `calls` in run.json.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from orgkit.aws.evidence_client import client

_GONE = frozenset({"NoSuchKey", "404"})
_TAKEN = frozenset({"PreconditionFailed", "412"})
_TRIES = 4  # a conflict between two conditional writes is answered with 409: try again (S3 guide)


class Bucket:
    """One bucket and a prefix in it; signs in when first used, as `target` and `profile` say."""

    def __init__(self, address: str, target: str, profile: str) -> None:
        self._bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = prefix.strip("/")
        self._target, self._profile = target, profile
        self._made: Any = None
        self._making = Lock()

    def names(self, folder: str) -> list[str]:
        """Names of files and folders right below a folder."""
        prefix = self._key(folder).rstrip("/")
        prefix = f"{prefix}/" if prefix else ""
        found: list[str] = []
        with _plain(self._bucket):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                found += [item["Key"] for item in page.get("Contents", [])]
                found += [item["Prefix"] for item in page.get("CommonPrefixes", [])]
        return sorted(key[len(prefix) :].rstrip("/") for key in found if key != prefix)

    def read(self, name: str) -> bytes:
        """The content of a file. Raises FileNotFoundError."""
        with _plain(name):
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            content: bytes = answer["Body"].read()
            return content

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        folder, _, last = name.rpartition("/")
        return last in self.names(folder)

    def create(self, name: str, content: bytes) -> None:
        """Write a new file; of two writers S3 lets one succeed. Raises FileExistsError."""
        from botocore.exceptions import ClientError

        for attempt in range(1, _TRIES + 1):
            try:
                return self._put(name, content, IfNoneMatch="*")
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _TAKEN:
                    return self._taken(name, content, error)
                if code != "ConditionalRequestConflict" or attempt == _TRIES:
                    with _plain(name):
                        raise
        raise AssertionError("unreachable")

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already: a new version where the bucket keeps versions."""
        with _plain(name):
            self._put(name, content)

    def _put(self, name: str, content: bytes, **condition: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._key(name),
            Body=content,
            ChecksumAlgorithm="SHA256",  # Object Lock wants a checksum with every write
            **condition,
        )

    def _taken(self, name: str, content: bytes, error: Any) -> None:
        """A write that was sent again because its answer was lost finds itself: it succeeded."""
        repeated = error.response["ResponseMetadata"].get("RetryAttempts", 0)
        if not (repeated and self.read(name) == content):
            raise FileExistsError(name) from error

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}" if self._prefix else name

    @property
    def _client(self) -> Any:
        with self._making:
            if self._made is None:
                self._made = client("s3", self._target, self._profile)
            return self._made


@contextmanager
def _plain(name: str) -> Iterator[None]:
    """S3's errors as those that files give."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise FileNotFoundError(name) from error
        raise OSError(str(error)) from error
    except BotoCoreError as error:
        raise OSError(str(error)) from error
