"""The lease: one at a time, the second is told who, and what a dead holder left is taken over."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import boto3
import pytest

from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence import lease
from orgkit.evidence.store.store import Store
from orgkit.sim.server.serve import Service
from tests.support.make import ADMIN, ORGANIZATION, START

EVE = "arn:aws:iam::111111111111:user/eve"
NAME = f"{ORGANIZATION}/LEASE"


@pytest.fixture(params=["folder", "s3", "fsspec"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store of every kind."""
    if request.param == "folder":
        return Store(str(tmp_path / "evidence"))
    if request.param == "fsspec":
        (tmp_path / ORGANIZATION).mkdir()
        return Store(f"local://{tmp_path}")
    start: Callable[..., Service] = request.getfixturevalue("simulator")
    endpoint = start("solo").endpoint
    keys = {"aws_access_key_id": "111111111111", "aws_secret_access_key": "any"}
    boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1", **keys).create_bucket(
        Bucket="leases"
    )
    return Store("s3://leases/kit", "sim")


def take(store: Store, by: str = ADMIN, minutes: float = 0) -> lease.Lease:
    """Take the lease so many minutes after the start."""
    return lease.take(store, ORGANIZATION, by, "run-1", lambda: START + timedelta(minutes=minutes))


def written(store: Store, **fields: Any) -> None:
    """Let somebody on another machine have taken the lease at the start."""
    told = {
        "format": lease.FORMAT,
        "holder": EVE,
        "host": "elsewhere",
        "process": "",
        "run": "run-9",
        "taken": "2026-01-05T09:00:00Z",
        "renewed": "2026-01-05T09:00:00Z",
        "until": "2026-01-05T09:15:00Z",
        "nonce": "n",
        "released": "",
    }
    store.replace(NAME, json.dumps(told | fields).encode())


def test_one_holds_it_and_the_second_is_told_who(store: Store) -> None:
    """While it is held nobody gets it; given back, everybody may."""
    with take(store), pytest.raises(OrgkitError) as caught:
        take(store, EVE)
    told = str(caught.value)
    assert ADMIN in told
    assert "run-1" in told
    assert "2026-01-05T09:15:00Z" in told
    assert caught.value.exit_code == 20
    with take(store, EVE) as second:
        assert second.overtaken is None


def test_a_live_holder_elsewhere_keeps_it_for_its_time(store: Store) -> None:
    """Until its time is over nobody can tell that it is dead; then it is taken over, knowingly."""
    written(store)
    with pytest.raises(OrgkitError, match="elsewhere"):
        take(store, minutes=14)
    with take(store, minutes=16) as mine:
        assert mine.overtaken is not None
        assert mine.overtaken.holder == EVE


def test_a_lease_that_was_taken_over_stops_its_old_holder(store: Store) -> None:
    """Renewed right before every write, so an overtaken holder sends nothing more."""
    with take(store) as mine:
        written(store)
        with pytest.raises(OrgkitError, match="took over"):
            mine.renew()
    assert lease.holder(store, ORGANIZATION).holder == EVE  # type: ignore[union-attr]


def test_renewing_begins_the_time_anew(store: Store) -> None:
    """A long write is not overtaken while it works."""
    now = [START]
    with lease.take(store, ORGANIZATION, ADMIN, "run-1", lambda: now[0]) as mine:
        now[0] += timedelta(minutes=10)
        mine.renew()
        told = lease.holder(store, ORGANIZATION)
    assert told is not None
    assert (told.taken, told.until) == ("2026-01-05T09:00:00Z", "2026-01-05T09:25:00Z")


def test_a_far_end_keeps_nobody_out(tmp_path: Path) -> None:
    """Who may write to the store cannot lock the others out for years."""
    store = Store(str(tmp_path))
    written(store, until="9998-01-01T00:00:00Z")
    with take(store, minutes=16):
        pass
    written(store, renewed="9998-01-01T00:00:00Z", until="9998-01-01T00:00:00Z")
    with take(store, minutes=16):
        pass


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000),
        *(b'{"renewed": 1}', b'{"renewed": "2026-01-05"}'),
        b'{"renewed": "2026-01-05T09:00:00Z", "holder": []}',
    ],
)
def test_what_is_no_lease_is_refused_with_a_remedy(tmp_path: Path, content: bytes) -> None:
    """A file that somebody wrote by hand is neither followed nor passed over."""
    store = Store(str(tmp_path))
    store.replace(NAME, content)
    with pytest.raises(OrgkitError, match="is not a lease"):
        take(store)


def test_a_dead_process_of_this_machine_holds_nothing(tmp_path: Path) -> None:
    """A killed kernel does not keep its owner waiting for a quarter of an hour."""
    if not lease._process():
        pytest.skip("this system does not tell which processes there are")
    store = Store(str(tmp_path))
    child = os.fork()
    if not child:
        lease.take(store, ORGANIZATION, EVE, "run-9", lambda: START).__enter__()
        os._exit(0)
    os.waitpid(child, 0)
    with take(store, minutes=1) as mine:
        assert mine.overtaken is not None
        assert mine.overtaken.run == "run-9"


def test_a_live_process_of_this_machine_holds_it(tmp_path: Path) -> None:
    """Another kernel of the same machine that still runs is somebody at work."""
    if not lease._process():
        pytest.skip("this system does not tell which processes there are")
    store = Store(str(tmp_path))
    written(store, process=lease._named(os.getppid()))
    with pytest.raises(OrgkitError, match="is changing this organization"):
        take(store, minutes=1)


def test_of_many_that_come_at_once_one_gets_it(tmp_path: Path) -> None:
    """The store decides, also where a dead holder's lease is taken over by several."""
    store = Store(str(tmp_path))
    written(store)
    gate, got = Barrier(8), []

    def come() -> None:
        gate.wait()
        with suppress(OrgkitError):
            got.append(take(store, minutes=20).__enter__())

    threads = [Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_store_that_dies_lets_it_run_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Giving back fails without a word: what happened to the write is what has to be told."""
    store = Store(str(tmp_path))

    def dead(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    with take(store):
        monkeypatch.setattr(store, "swap", dead)
    monkeypatch.undo()
    with take(store) as again:
        assert again.overtaken is not None
