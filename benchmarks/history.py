"""What a year of hourly looks at 5,000 accounts costs: to keep, to open, to look back, to verify.

python benchmarks/history.py          # a few minutes; prints the figures, writes them to README.md
python benchmarks/history.py --days 30
"""

from __future__ import annotations

import argparse
import dataclasses
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from readme import put

from orgkit.aws import Caller
from orgkit.evidence.journal.journal import Journal
from orgkit.evidence.store.store import Store
from orgkit.evidence.verify import verify
from orgkit.formats import canonical
from orgkit.migration.state import assess as progress_look
from orgkit.snapshot import tables as snapshot_tables
from orgkit.snapshot.snapshot import Snapshot

HEADING = "## The record"
ORGANIZATION, MANAGEMENT = "o-bench00000", "111111111111"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ACCOUNTS, INVITED, ROUNDS = 5000, 4200, 5


class World:
    """5,000 accounts of which 4,200 are asked and approve over 80 days, a few an hour."""

    def __init__(self) -> None:
        chance = random.Random(7)  # noqa: S311
        self.ids = [f"{200000000000 + n}" for n in range(ACCOUNTS)]
        self.accounts = snapshot_tables.frame(
            map(self._account, range(ACCOUNTS)), snapshot_tables.SCHEMAS["accounts"]
        )
        self.answered = {
            i: START + timedelta(hours=chance.randrange(1, 80 * 24)) for i in self.ids[:INVITED]
        }

    def _account(self, number: int) -> dict[str, Any]:
        return {
            "account_id": self.ids[number],
            "name": f"Account {number}",
            "email": f"root+{number}@a{number}.example.com",
            "state": "ACTIVE",
            "joined_method": "INVITED" if number < INVITED else "CREATED",
            "joined_timestamp": START - timedelta(days=300),
            "path": f"{ORGANIZATION}/r-test/{self.ids[number]}/",
        }

    def _requests(self, at: datetime) -> list[dict[str, Any]]:
        if at > START + timedelta(days=120):
            return []
        made = [self._handshake("h-parent00000001", "ORGANIZATION", "REQUESTED")]
        for account, when in self.answered.items():
            if when < at - timedelta(days=30):
                continue  # AWS deletes an answer after 30 days
            state = "ACCEPTED" if when <= at else "OPEN"
            child = self._handshake(f"h-child{account}", "APPROVAL", state)
            made.append({**child, "account_id": account, "parent_handshake_id": "h-parent00000001"})
        return made

    def _handshake(self, name: str, kind: str, state: str) -> dict[str, Any]:
        return {
            "handshake_id": name,
            "kind": kind,
            "action": "APPROVE_ALL_FEATURES",
            "state": state,
            "requested_timestamp": START,
            "expiration_timestamp": START + timedelta(days=90),
        }

    def look(self, at: datetime) -> Snapshot:
        """What AWS says at that hour."""
        tables: dict[str, Any] = {
            n: snapshot_tables.frame([], s) for n, s in snapshot_tables.SCHEMAS.items()
        }
        tables["accounts"] = self.accounts
        tables["handshakes"] = snapshot_tables.frame(
            self._requests(at), snapshot_tables.SCHEMAS["handshakes"]
        )
        return Snapshot(
            taken_at=at,
            target="aws",
            caller=Caller(MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:role/orgkit"),
            organization_id=ORGANIZATION,
            management_id=MANAGEMENT,
            management_email="billing@example.com",
            feature_set="CONSOLIDATED_BILLING",
            tables=tables,
        )


class Year:
    """The same looks as plain values, made quickly, to fill a year."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last = world.observe(START).to_json()
        self._rows = {h["handshake_id"]: h for h in self._last["tables"]["handshakes"]}

    def look(self, at: datetime) -> Snapshot:
        """A snapshot that already knows its JSON."""
        rows = {r["handshake_id"]: r for r in self._world._requests(at)}
        table = []
        for name, row in rows.items():
            known = self._rows[name]
            if known["state"] != row["state"]:
                known = self._rows[name] = {**known, "state": row["state"]}
            table.append(known)
        tables = {**self._last["tables"], "handshakes": table}
        made = dataclasses.replace(_EMPTY, taken_at=at)
        taken = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        object.__setattr__(
            made, "to_json", lambda: {**self._last, "taken_at": taken, "tables": tables}
        )
        return made


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Median seconds."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


_EMPTY = Snapshot.from_json(
    {
        "taken_at": "2026-01-05T09:00:00+00:00",
        "target": "aws",
        "caller": {"account_id": MANAGEMENT, "arn": f"arn:aws:iam::{MANAGEMENT}:role/orgkit"},
        "organization_id": ORGANIZATION,
        "management_id": MANAGEMENT,
        "management_email": "billing@example.com",
        "feature_set": "CONSOLIDATED_BILLING",
        "tables": {name: [] for name in snapshot_tables.SCHEMAS},
    }
)


def main() -> None:
    """Write the year, measure, and write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Store(folder), days, Path(folder))
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    text = (
        f"`python benchmarks/history.py`: {days} days of hourly looks at 5,000 accounts, "
        f"4,200 of which approve within 80 days; a local folder, medians of {ROUNDS}, on "
        f"{machine}.\n\n| what | measured |\n|---|---|\n" + "\n".join(lines) + "\n"
    )
    if days == 365:
        put(HEADING, text)
    sys.stdout.write(f"{HEADING}\n\n{text}")


def measure(store: Store, days: int, folder: Path) -> list[str]:
    """The figures, one line each."""
    world = World()
    year = Year(world)
    journal = Journal(store, ORGANIZATION)
    spent: list[float] = []
    for hour in range(days * 24):
        at = START + timedelta(hours=hour)
        real = hour % 100 == 77  # a whole look now and then, to be timed
        look = world.observe(at) if real else year.observe(at)
        started = time.perf_counter()
        journal.observe(look)
        if real:
            spent.append(time.perf_counter() - started)
        if hour % 240 == 0:
            sys.stderr.write(f"day {hour // 24}\n")
    files = list((folder / ORGANIZATION / "observations").iterdir())
    size = sum(f.stat().st_size for f in files)
    read = _reads(store)
    opened = timed(lambda: Journal(store, ORGANIZATION))
    last = world.observe(START + timedelta(days=days))
    projection = Journal(store, ORGANIZATION).projection
    past = timed(lambda: journal.as_of(START + timedelta(days=days / 3)))
    board = timed(lambda: progress_look(last, projection))
    noted = timed(lambda: journal.note("mark", "2027-01-05T09:00:00Z", MANAGEMENT))
    whole = len(canonical(projection.to_json()))
    verified = timed(lambda: verify(store), 1)
    return [
        f"| keep one more look | {statistics.median(spent):.2f} s |",
        f"| open the record | {opened:.2f} s; reads {read[0]} of {len(files):,} entries, "
        f"{read[1] / 1e6:.1f} of {size / 1e6:,.0f} MB |",
        f"| the memory alone | {whole / 1e6:.1f} MB |",
        f"| the state on a past day | {past:.2f} s |",
        f"| compute the board from it | {board:.2f} s |",
        f"| note an event | {noted:.3f} s |",
        f"| `orgkit verify` over everything | {verified:.1f} s |",
    ]


def _reads(store: Store) -> tuple[int, int]:
    """How many entries opening reads, and how many bytes."""
    sizes: list[int] = []

    class Counting(Store):
        def read(self, name: str) -> bytes:
            content = super().read(name)
            sizes.append(len(content))
            return content

    Journal(Counting(store.address), ORGANIZATION)
    return len(sizes), sum(sizes)


if __name__ == "__main__":
    main()
