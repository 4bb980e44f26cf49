"""Plan enabling policy types on the root."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from orgkit.actions.plan import Plan, Write, not_now, only_in
from orgkit.errors.exceptions import UsageError
from orgkit.migration.state import MigrationState
from orgkit.snapshot import tables
from orgkit.terms import Outcome, Phase, PolicyTypeStatus


def names(text: str) -> list[str]:
    """Split a list that is written with commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def policy_types(state: MigrationState, names: Iterable[str]) -> Plan:
    """Plan enabling policy types in the order given. Raises `UsageError` for an unknown type."""
    wanted = tuple(dict.fromkeys(names))
    chosen = _disabled(state, wanted)
    roots: dict[str, str] = dict(chosen[["type", "root_id"]].itertuples(index=False))
    steps = tuple(f"{name} is enabled on root {roots[name]}." for name in wanted if name in roots)
    return Plan(
        title="Enable policy types",
        state=state,
        writes=tuple(_enable(roots[name], name) for name in wanted if name in roots),
        steps=(*steps, "Enabling a type restricts nothing by itself; policies do."),
        undo="A type can be disabled again, which detaches its policies everywhere.",
        again=lambda p: policy_types(p, wanted),
        targets=chosen,
        **_policy_types_not_now(state, wanted, roots),
    )


def _disabled(state: MigrationState, wanted: tuple[str, ...]) -> pd.DataFrame:
    """Select the types that are wanted and not enabled; none where they were not read."""
    if state.snapshot.not_read("policy_types"):
        return tables.frame([], tables.SCHEMAS["policy_types"])
    table = state.snapshot.policy_types
    if unknown := [n for n in wanted if n not in set(table["type"])]:
        raise UsageError(
            f"No such policy type: {', '.join(unknown)}.",
            f"Choose from {', '.join(table['type'])}.",
        )
    return table[table["type"].isin(wanted) & table["status"].ne(PolicyTypeStatus.ENABLED)]


def _policy_types_not_now(
    state: MigrationState, wanted: tuple[str, ...], roots: Mapping[str, str]
) -> dict[str, Any]:
    if closed := only_in(state, Phase.ALL_FEATURES):
        return closed
    if missing := state.snapshot.not_read("policy_types"):
        return not_now(f"Policy types could not be read: {missing.why}.", Outcome.BLOCKED)
    if not wanted:
        return not_now("No policy type is named in `policy_types`; nothing to do.", Outcome.DONE)
    if not roots:
        return not_now("All named policy types are enabled already.", Outcome.DONE)
    return {}


def _enable(root_id: str, name: str) -> Write:
    # PENDING_ENABLE is not enough: AWS may still refuse the next type until this one is on.
    def done(state: MigrationState) -> bool:
        table = state.snapshot.policy_types
        status = table.loc[table["type"].eq(name), "status"]
        # A list without the root shows nothing, and nothing is no proof.
        return not status.empty and bool(status.eq(PolicyTypeStatus.ENABLED).all())

    return Write("EnablePolicyType", {"RootId": root_id, "PolicyType": name}, name, done)
