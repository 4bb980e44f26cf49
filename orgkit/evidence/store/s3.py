"""Evidence in S3: created by conditional writes, never deleted, at home under Object Lock.

Not through fsspec, for the reasons in docs/adr/0012. These calls keep evidence and are no work on
the organization, so they are neither guarded nor part of `calls` in run.json.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

from orgkit.aws.session import evidence_client
from orgkit.errors.translate import explained
from orgkit.evidence.store.names import LARGEST, Item, inside, too_large

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

    def check_writable(self) -> None:
        """Only look: what is written here may never be deleted again, so no file is tried.

        The run's own first file has to prove the rest.
        """
        self.names("")

    def path(self, name: str) -> Path | None:
        """Give None: nothing of a bucket is on this machine."""
        return None

    def names(self, folder: str) -> list[str]:
        """List files and folders right below a folder."""
        return sorted(item.name for item in self.listing(folder))

    def listing(self, folder: str) -> list[Item]:
        """Tell which objects and folders lie right below a folder."""
        prefix = self._key(folder).rstrip("/")
        prefix = f"{prefix}/" if prefix else ""
        found: list[Item] = []
        with explained("ListObjectsV2"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, Delimiter="/"
            )
            for page in pages:
                files = page.get("Contents", [])
                found += [Item(f["Key"][len(prefix) :], "file", f["Size"]) for f in files]
                folders = page.get("CommonPrefixes", [])
                found += [Item(f["Prefix"][len(prefix) :].rstrip("/"), "folder") for f in folders]
        # Without a name: a folder that the console made, or a key that ends in two slashes.
        return [item for item in found if item.name]

    def read(self, name: str) -> bytes:
        """Read a file. Raises FileNotFoundError."""
        with explained("GetObject"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            except self._client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    raise FileNotFoundError(name) from error
                raise
            if answer["ContentLength"] > LARGEST:
                raise too_large(name, answer["ContentLength"])
            content: bytes = answer["Body"].read()
            return content

    def exists(self, name: str) -> bool:
        """Tell whether there is such a file or folder."""
        # A list finds folders too, which are no objects and which HeadObject would not see.
        folder, _, last = name.rpartition("/")
        return last in self.names(folder)

    def create(self, name: str, content: bytes) -> None:
        """Write a new file; of two writers S3 lets one succeed. Raises FileExistsError."""
        with explained("PutObject"):
            for attempt in range(1, _TRIES + 1):
                try:
                    return self._put(name, content, IfNoneMatch="*")
                except self._client.exceptions.ClientError as error:
                    code = error.response["Error"]["Code"]
                    if code in _TAKEN:
                        return self._taken(name, content, error)
                    if code != "ConditionalRequestConflict" or attempt == _TRIES:
                        raise
        raise AssertionError("unreachable")

    def replace(self, name: str, content: bytes) -> None:
        """Write a file that may be there already: a new version where the bucket keeps versions."""
        with explained("PutObject"):
            self._put(name, content)

    def swap(self, name: str, old: bytes, content: bytes) -> None:
        """Write a file that still is `old`; S3 decides. Raises FileExistsError if it is not."""
        with explained("PutObject"):
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
                if answer["Body"].read() != old:
                    raise FileExistsError(name)
                self._put(name, content, IfMatch=answer["ETag"])
            except self._client.exceptions.ClientError as error:
                code = error.response["Error"]["Code"]
                if code in _TAKEN:
                    return self._taken(name, content, error)
                if code in _GONE or code == "ConditionalRequestConflict":
                    raise FileExistsError(name) from error
                raise

    def _put(self, name: str, content: bytes, **condition: str) -> None:
        self._client.put_object(
            Bucket=self._bucket,
            Key=self._key(name),
            Body=content,
            ChecksumAlgorithm="SHA256",  # Object Lock wants a checksum with every write
            **condition,
        )

    def _taken(self, name: str, content: bytes, error: Any) -> None:
        """Let a write pass that was sent again because its answer was lost: it finds itself."""
        repeated = error.response["ResponseMetadata"].get("RetryAttempts", 0)
        if not (repeated and self.read(name) == content):
            raise FileExistsError(name) from error

    def _key(self, name: str) -> str:
        return "/".join(filter(None, (self._prefix, *inside(name))))

    @property
    def _client(self) -> Any:
        # Made late, so that whoever only names a store signs in nowhere; once, for many threads.
        with self._making:
            if self._made is None:
                self._made = evidence_client("s3", self._target, self._profile)
            return self._made
