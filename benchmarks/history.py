"""What a year of hourly looks at 5,000 accounts costs: to keep, to open, to look back, to verify.

python benchmarks/history.py          # a few minutes; prints the figures, writes them to README.md
python benchmarks/history.py --days 30
"""

from __future__ import annotations

import argparse
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

from orgkit import frames
from orgkit.aws import Caller
from orgkit.history import History, canonical
from orgkit.progress import look as progress_look
from orgkit.snapshot import Snapshot
from orgkit.store import Store
from orgkit.verify import verify

README = Path(__file__).parent / "README.md"
MARK = "\n## The record\n"
ORGANIZATION, MANAGEMENT = "o-bench00000", "111111111111"
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
ACCOUNTS, INVITED, ROUNDS = 5000, 4200, 5


class World:
    """5,000 accounts of which 4,200 are asked and approve over 80 days, a few an hour."""

    def __init__(self) -> None:
        chance = random.Random(7)  # noqa: S311
        self.ids = [f"{200000000000 + n}" for n in range(ACCOUNTS)]
        self.accounts = frames.frame(map(self._account, range(ACCOUNTS)), frames.ACCOUNTS)
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
        tables: dict[str, Any] = {n: frames.frame([], s) for n, s in frames.SCHEMAS.items()}
        tables["accounts"] = self.accounts
        tables["handshakes"] = frames.frame(self._requests(at), frames.HANDSHAKES)
        return Snapshot(
            taken_at=at,
            target="aws",
            caller=Caller(MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:role/orgkit"),
            organization_id=ORGANIZATION,
            management_id=MANAGEMENT,
            management_email="billing@example.com",
            feature_set="CONSOLIDATED_BILLING",
            **tables,
        )


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Median seconds."""
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        work()
        found.append(time.perf_counter() - started)
    return statistics.median(found)


def main() -> None:
    """Write the year, measure, and write down."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--days", type=int, default=365)
    days = parser.parse_args().days
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Store(folder), days, Path(folder))
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    text = (
        f"{MARK}\n`python benchmarks/history.py`: {days} days of hourly looks at 5,000 accounts, "
        f"4,200 of which approve within 80 days; a local folder, medians of {ROUNDS}, on "
        f"{machine}.\n\n| what | measured |\n|---|---|\n" + "\n".join(lines) + "\n"
    )
    if days == 365:
        before = README.read_text().partition(MARK)[0].rstrip("\n") + "\n"
        README.write_text(before + text)
    sys.stdout.write(text)


def measure(store: Store, days: int, folder: Path) -> list[str]:
    """The figures, one line each."""
    world = World()
    history = History(store, ORGANIZATION)
    spent, worst = 0.0, 0.0
    for hour in range(days * 24):
        look = world.look(START + timedelta(hours=hour))
        started = time.perf_counter()
        history.observe(look)
        took = time.perf_counter() - started
        spent, worst = spent + took, max(worst, took)
        if hour % 240 == 0:
            sys.stderr.write(f"day {hour // 24}: {spent / (hour + 1):.3f} s a look\n")
    files = list((folder / ORGANIZATION / "observations").iterdir())
    size = sum(f.stat().st_size for f in files)
    read = _reads(store)
    opened = timed(lambda: History(store, ORGANIZATION))
    last = world.look(START + timedelta(days=days))
    memory = History(store, ORGANIZATION).memory
    board = timed(lambda: progress_look(last, memory))
    noted = timed(lambda: history.note("mark", "2027-01-05T09:00:00Z", MANAGEMENT))
    whole = len(canonical(memory.to_json()))
    verified = timed(lambda: verify(store), 1)
    return [
        f"| keep a look: mean, worst (checkpoint) | {spent / days / 24:.3f} s, {worst:.2f} s |",
        f"| open the record | {opened:.2f} s; reads {read[0]} of {len(files):,} entries, "
        f"{read[1] / 1e6:.1f} of {size / 1e6:,.0f} MB |",
        f"| the memory alone | {whole / 1e6:.1f} MB |",
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

    History(Counting(store.address), ORGANIZATION)
    return len(sizes), sum(sizes)


if __name__ == "__main__":
    main()
