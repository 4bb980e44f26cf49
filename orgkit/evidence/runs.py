"""The folder of one run: its files, run.json first, and the manifest with the digest of each."""

from __future__ import annotations

import json
import platform
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from importlib.metadata import version
from itertools import count
from typing import Any

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.journal.reading import MALFORMED, plain_json
from orgkit.evidence.store.names import inside, organization_folder
from orgkit.evidence.store.store import Store
from orgkit.formats import digest
from orgkit.redaction import cleaned, without_known

MANIFEST = "MANIFEST.sha256"
RESULT = "run.json"
NOTEBOOK, REPORT = "notebook.ipynb", "report.html"  # written when a run is completed
UNFINISHED = "This run has not come to its end."  # the error of a run until its notebook saves
_VERSIONS = ("orgkit", "boto3", "botocore", "pandas", "papermill", "nbconvert", "ipykernel")


@dataclass(frozen=True)
class RunFolder:
    """`<organization id>/runs/<utc>-<notebook>/` in a store."""

    store: Store
    path: str

    def __post_init__(self) -> None:
        organization_folder(self.path.partition("/")[0])
        inside(self.path)

    @classmethod
    def create(
        cls, store: Store, organization_id: str, moment: datetime, first: Mapping[str, Any]
    ) -> RunFolder:
        """Take a folder by creating its run.json, with what is known when a run begins.

        Two runs of the same second never share one: the second gets `-2`, and so on.
        """
        runs = f"{organization_folder(organization_id)}/runs"
        base = f"{runs}/{moment:%Y%m%dT%H%M%SZ}-{first['notebook']}"
        for number in count(1):
            path = base if number == 1 else f"{base}-{number}"
            content = encoded(first)
            try:
                store.create(f"{path}/{RESULT}", content)
            except FileExistsError:
                continue
            store.create(f"{path}/{MANIFEST}", manifest({RESULT: digest(content)}))
            return cls(store, path)
        raise AssertionError("unreachable")

    @property
    def name(self) -> str:
        """The last part of the path, which identifies the run within its organization."""
        return self.path.rpartition("/")[2]

    @property
    def shown(self) -> str:
        """The address as people write it."""
        return self.store.shown(self.path)

    def result(self) -> dict[str, Any]:
        """run.json as it was written."""
        data: dict[str, Any] = json.loads(self.store.read(f"{self.path}/{RESULT}"))
        return data

    def promised(self) -> dict[str, Any]:
        """Tell what an event says of this folder: every file's digest, the manifest's."""
        content = self.store.read(f"{self.path}/{MANIFEST}")
        return _announcement(self.name, read_manifest(content))

    def keep(self, files: Mapping[str, bytes], announce: Callable[..., None]) -> None:
        """Write files of the run, new or changed, and the manifest over everything.

        `announce` is told every digest before the first byte is written.
        """
        files = {name: _safe(content) for name, content in files.items()}
        before = read_manifest(self.store.read(f"{self.path}/{MANIFEST}"))
        after = before | {name: digest(content) for name, content in files.items()}
        # Told first: whoever verifies can then tell a run killed while writing from a forged one.
        announce(**_announcement(self.name, after))
        for name, content in files.items():
            self.store.replace(f"{self.path}/{name}", content)
        # The manifest last: until then verifying accepts the old files and the announced ones.
        self.store.replace(f"{self.path}/{MANIFEST}", manifest(after))


def _safe(content: bytes) -> bytes:
    """Mask secrets that are in use, whatever the file; before its digest is taken."""
    text = content.decode("utf-8", "surrogateescape")
    return without_known(text).encode("utf-8", "surrogateescape")


def _announcement(folder: str, files: Mapping[str, str]) -> dict[str, Any]:
    return {"folder": folder, "manifest": digest(manifest(files)), "files": dict(files)}


def manifest(files: Mapping[str, str]) -> bytes:
    """Write the digests of files as `sha256sum -c` reads them, sorted by name."""
    return "".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()


def read_manifest(content: bytes) -> dict[str, str]:
    """Read the digests by file name. Raises ValueError for what `manifest` did not write."""
    pairs = (line.split("  ", 1) for line in content.decode().splitlines())
    return {name: value for value, name in pairs}


def earlier(journal: Journal) -> list[dict[str, Any]]:
    """run.json of every finished run of an organization, oldest first.

    Only as the journal announced it: whatever else lies there, `orgkit verify` tells.
    """
    return sorted(by_name(journal).values(), key=lambda result: str(result["started"]))


def by_name(journal: Journal) -> dict[str, dict[str, Any]]:
    """run.json of every finished run by the name of its folder, as the journal announced it."""
    announced = journal.announcements(RESULT)
    found = {name: _result(journal, name, digests) for name, digests in announced.items()}
    return {name: result for name, result in found.items() if result}


def newest(journal: Journal, notebook: str) -> Iterator[dict[str, Any]]:
    """run.json of the runs of one notebook, newest first, as the journal announced it.

    Each is read when it is asked for.
    """
    mine = re.compile(rf"\d{{8}}T\d{{6}}Z-{re.escape(notebook)}(-(?P<again>\d+))?")
    names = journal.store.names(f"{journal.organization_id}/runs")
    found = {n: m for n in names if (m := mine.fullmatch(n))}
    for name in sorted(found, key=lambda n: (n[:16], int(found[n]["again"] or 1)), reverse=True):
        if result := _result(journal, name, journal.announced(name, RESULT)):
            yield result


def _result(journal: Journal, run: str, digests: Collection[str]) -> dict[str, Any] | None:
    """Read run.json if the journal vouches for it; None for anything else that lies there."""
    try:
        content = journal.store.read(f"{journal.organization_id}/runs/{run}/{RESULT}")
        if digest(content) not in digests:
            return None
        result: dict[str, Any] = _validator()(plain_json(content))
    except (OSError, OrgkitError, *MALFORMED):
        return None
    return result


def encoded(result: Mapping[str, Any]) -> bytes:
    """Write run.json, checked against the schema that is shipped; no secret is in it."""
    result = cleaned(result)
    _validator()(result)
    return json.dumps(result, indent=2, ensure_ascii=False).encode() + b"\n"


@cache
def _validator() -> Callable[[Mapping[str, Any]], Any]:
    """Compile the schema to a function, once: every run checks its result several times."""
    import fastjsonschema

    made: Callable[[Mapping[str, Any]], Any] = fastjsonschema.compile(schema())
    return made


def schema() -> dict[str, Any]:
    """Read the JSON Schema of run.json."""
    source = resources.files("orgkit.evidence").joinpath("run.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def versions() -> dict[str, str]:
    """Tell what software is at work, for the evidence."""
    return {name: version(name) for name in _VERSIONS} | {"python": platform.python_version()}
