"""The folder of one run: its files, and the manifest that names the digest of each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import count
from typing import Any

from orgkit.history import digest
from orgkit.store import Store

RESULT = "run.json"
MANIFEST = "MANIFEST.sha256"


@dataclass(frozen=True)
class RunFolder:
    """`<organization id>/runs/<utc>-<notebook>/` in a store."""

    store: Store
    path: str

    @classmethod
    def create(
        cls, store: Store, organization_id: str, moment: datetime, first: Mapping[str, Any]
    ) -> RunFolder:
        """Take a folder by creating its run.json, with what is known when a run begins.

        Two runs of the same second never share one: the second gets `-2`, and so on.
        """
        base = f"{organization_id}/runs/{moment:%Y%m%dT%H%M%SZ}-{first['notebook']}"
        for number in count(1):
            path = base if number == 1 else f"{base}-{number}"
            try:
                store.create(f"{path}/{RESULT}", _result(first))
            except FileExistsError:
                continue
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

    def write(self, name: str, content: bytes) -> None:
        """Write one file of the run."""
        self.store.replace(f"{self.path}/{name}", content)

    def write_result(self, result: Mapping[str, Any]) -> None:
        """Write run.json, checked against the schema that is shipped."""
        self.write(RESULT, _result(result))

    def result(self) -> dict[str, Any]:
        """run.json as it was written."""
        data: dict[str, Any] = json.loads(self.store.read(f"{self.path}/{RESULT}"))
        return data

    def seal(self) -> str:
        """Write the manifest over everything in the folder; returns the manifest's own digest."""
        names = [n for n in self.store.names(self.path) if n != MANIFEST and not n.startswith(".")]
        lines = [f"{digest(self.store.read(f'{self.path}/{n}'))}  {n}\n" for n in names]
        content = "".join(lines).encode()
        self.write(MANIFEST, content)
        return digest(content)


def _result(result: Mapping[str, Any]) -> bytes:
    import fastjsonschema

    fastjsonschema.validate(schema(), result)
    return json.dumps(result, indent=2, ensure_ascii=False).encode() + b"\n"


def schema() -> dict[str, Any]:
    """The JSON Schema of run.json."""
    source = resources.files("orgkit.schemas").joinpath("run.schema.json")
    found: dict[str, Any] = json.loads(source.read_text(encoding="utf-8"))
    return found


def earlier(store: Store, organization_id: str) -> list[dict[str, Any]]:
    """run.json of every finished run of an organization, oldest first."""
    base = f"{organization_id}/runs"
    folders = [RunFolder(store, f"{base}/{name}") for name in store.names(base)]
    finished = [f.result() for f in folders if store.exists(f"{f.path}/{RESULT}")]
    return sorted(finished, key=lambda result: str(result["started"]))
