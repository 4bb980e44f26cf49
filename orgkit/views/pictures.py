"""Pictures of a state: what each owner still owes over time, and the organization as a tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from orgkit.migration.board import APPROVED, REFUSED, Reply
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables
from orgkit.views import charts
from orgkit.views.blocks import Block, Note, Picture
from orgkit.views.board import answers

_NO_OWNER = "no owner named"
_POINTS: tables.Schema = {"day": tables.UTC_TIME, "waiting": "Int64"}


def burn_down(state: MigrationState) -> Block:
    """Draw how many approvals each owner still owes over time; the largest owners, then the others.

    Approvals whose day no snapshot showed count from today on.
    """
    if state.attempt is None or state.board.empty:
        return Note("There is nothing to draw: no account was asked to approve.")
    if not state.inputs.owners:
        return Note(
            "Name a file of owners in `owners` to see what each of them still has to approve."
        )
    rows = tables.rows(state.board)
    by_owner: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        owner = state.inputs.owner(row["account_id"])
        by_owner.setdefault(owner.name if owner else _NO_OWNER, []).append(row)
    folded = _folded(by_owner)
    series = {owner: _waiting(state, own) for owner, own in folded.items()}
    asked = {owner: len(own) for owner, own in folded.items()}
    words = "; ".join(
        f"{owner}: {int(points['waiting'].iloc[-1]):,} of {asked[owner]:,}"
        for owner, points in series.items()
    )
    alt = f"Approvals that each owner still owes on {state.snapshot.taken_at:%Y-%m-%d}: {words}."
    return Picture("What each owner still has to approve", charts.burn_down(series, asked), alt)


def _folded(by_owner: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Keep the owners of most accounts; sum up the others where there are too many."""
    largest = sorted(by_owner.items(), key=lambda item: (-len(item[1]), item[0]))
    if len(largest) <= charts.OWNERS:
        return dict(largest)
    shown, others = largest[: charts.OWNERS - 1], largest[charts.OWNERS - 1 :]
    rest = [row for _, own in others for row in own]
    return {**dict(shown), f"{len(others):,} other owners": rest}


def _waiting(state: MigrationState, own: list[Mapping[str, Any]]) -> pd.DataFrame:
    """Count what was not approved yet after each day on which an approval was first seen."""
    now = state.snapshot.taken_at
    requested = state.attempt.requested if state.attempt else now
    days = Counter(
        row["state_since"] if row["answer"] == Reply.APPROVED else now
        for row in own
        if row["answer"] in APPROVED
    )
    left, points = len(own), [{"day": requested, "waiting": len(own)}]
    for day in sorted(days):
        left -= days[day]
        points.append({"day": day, "waiting": left})
    if points[-1]["day"] != now:
        points.append({"day": now, "waiting": left})
    return tables.frame(points, _POINTS)


def tree(state: MigrationState) -> Block:
    """Draw the organization as a tree: kinds of account, with the state of each as bars.

    Organizational units are not read: no pre-check needs them.
    """
    asked = Counter("refused" if word in REFUSED else word for word in answers(state))
    accounts = state.snapshot.accounts
    named = {*state.board["account_id"], state.snapshot.management_id}
    others = accounts[~accounts["account_id"].isin(named)]
    kinds = Counter(str(kind).lower() for kind in others["joined_method"])
    branches: list[tuple[str, list[tuple[str, int]]]] = [("management account", [("", 1)])]
    if asked:
        branches.append(("accounts that are asked", sorted(asked.items(), key=_order)))
    branches += [(f"{kind} accounts", [("", count)]) for kind, count in sorted(kinds.items())]
    words = "; ".join(
        f"{branch}: " + ", ".join(f"{count:,} {word or 'not asked'}" for word, count in states)
        for branch, states in branches
    )
    alt = f"The organization {state.snapshot.organization_id} by kind and state: {words}."
    title = f"organization {state.snapshot.organization_id}"
    return Picture(
        "The organization by kind of account and state", charts.tree(title, branches), alt
    )


def _order(item: tuple[str, int]) -> int:
    return ["refused", "unknown", "waiting", "approved", "left"].index(item[0])
