"""Plans: what a change would do, computed from a look and shown before anything happens. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from orgkit.checks import CHECKS, Finding, run
from orgkit.errors.exceptions import UsageError
from orgkit.formats import canonical
from orgkit.migration.board import expected_approvers
from orgkit.migration.state import MigrationState
from orgkit.terms import OUTCOME_OF_PHASE, Outcome, Phase, PolicyTypeStatus, Verdict

RUNNING = frozenset({Phase.WAITING, Phase.BLOCKED, Phase.READY})
# What AWS itself would refuse, or what makes no sense; a reason does not change that.
NEVER_WAIVED = frozenset({"caller_is_management", "partition", "no_running_process", "size"})


@dataclass(frozen=True)
class Write:
    """One call that changes something, and how to see that it has taken effect."""

    operation: str
    parameters: Mapping[str, Any]
    subject: str
    done: Callable[[MigrationState], bool]


@dataclass(frozen=True, eq=False)
class Plan:
    """What would be done. With `not_now` it says why this is not the moment, and does nothing."""

    title: str
    progress: MigrationState
    writes: tuple[Write, ...]
    steps: tuple[str, ...]
    again: Callable[[MigrationState], Plan]
    targets: pd.DataFrame = field(default_factory=pd.DataFrame)
    cancels: pd.DataFrame = field(default_factory=pd.DataFrame)  # invitations that end with it
    undo: str = ""
    not_now: str = ""
    outcome: Outcome = Outcome.BLOCKED
    waived: Mapping[str, str] = field(default_factory=dict)

    @property
    def organization_id(self) -> str:
        """What has to be typed to allow it."""
        return self.progress.snapshot.organization_id

    @property
    def fingerprint(self) -> str:
        """Changes when phase, organization, caller, targets, invitations or calls do."""
        snapshot = self.progress.snapshot
        ids = self.targets["account_id"].tolist() if "account_id" in self.targets else []
        ended = self.cancels["handshake_id"].tolist() if "handshake_id" in self.cancels else []
        moved = {
            "phase": self.progress.phase,
            "organization_id": snapshot.organization_id,
            "caller": snapshot.caller.arn,
            "targets": [str(i) for i in ids],
            "cancels": [str(i) for i in ended],
            "writes": [[w.operation, dict(w.parameters)] for w in self.writes],
        }
        return hashlib.sha256(canonical(moved)).hexdigest()


def request(progress: MigrationState, findings: Iterable[Finding] = (), waive: str = "") -> Plan:
    """Plan EnableAllFeatures. Failed checks stand in the way unless waived with a reason."""
    waived = waivers(waive)
    targets = expected_approvers(progress.snapshot)
    invitations = progress.snapshot.pending_invitations
    count = "unknown" if "handshakes" in progress.snapshot.unreadable else str(len(invitations))
    return Plan(
        title="Begin the process to enable all features",
        progress=progress,
        writes=(Write("EnableAllFeatures", {}, "the organization", lambda p: p.phase in RUNNING),),
        steps=(
            f"AWS asks {len(targets)} accounts to approve and writes to their root addresses.",
            "Created accounts are asked only where AWSServiceRoleForOrganizations is missing.",
            f"Pending invitations are canceled and must be sent again: {count}.",
            "Every account has 90 days; after that AWS cancels all requests.",
            "Nothing else changes until somebody finalizes.",
        ),
        undo="The process can be canceled until it is finalized; all features cannot be undone.",
        again=lambda p: request(p, run(p), waive),
        targets=targets,
        cancels=invitations,
        waived=waived,
        **_request_not_now(progress, findings, waived),
    )


def _request_not_now(
    progress: MigrationState, findings: Iterable[Finding], waived: Mapping[str, str]
) -> dict[str, Any]:
    phase = progress.phase
    if phase in (*RUNNING, Phase.ALL_FEATURES, Phase.UNKNOWN):
        return _not_now(f"The phase is {phase}. {progress.next_step}", OUTCOME_OF_PHASE[phase])
    failed = [f for f in findings if f.verdict is Verdict.FAIL]
    open_ = [f for f in failed if f.id not in waived or f.id in NEVER_WAIVED]
    if open_:
        names = ", ".join(dict.fromkeys(f.id for f in open_))
        never = ", ".join(dict.fromkeys(f.id for f in open_ if f.id in waived))
        more = f" AWS itself would refuse, whatever is waived: {never}." if never else ""
        return _not_now(f"Failed pre-checks stand in the way: {names}.{more}", Outcome.BLOCKED)
    return {}


def _not_now(why: str, outcome: Outcome) -> dict[str, Any]:
    return {"not_now": why, "outcome": outcome}


def waivers(text: str) -> dict[str, str]:
    """Read `id: reason; id: reason`. Raises `UsageError` without a reason or for no check."""
    found: dict[str, str] = {}
    for part in filter(None, (p.strip() for p in text.split(";"))):
        name, _, reason = (p.strip() for p in part.partition(":"))
        if not reason:
            raise UsageError(
                f'`waive` has no reason for "{name}".',
                'Write each as "check id: reason"; the reason stays in the evidence.',
            )
        found[name] = reason
    strange = [name for name in found if name not in CHECKS]
    if strange:
        raise UsageError(
            f"`waive` names {', '.join(strange)}, which is no pre-check.",
            "Use the ids that 02_request names; `orgkit list` has them all.",
        )
    return found


def finalize(progress: MigrationState) -> Plan:
    """Plan accepting the organization's handshake, which cannot be undone."""
    attempt = progress.attempt
    accept = Write(
        "AcceptHandshake",
        {"HandshakeId": attempt.handshake_id if attempt else ""},
        "the organization's handshake",
        lambda p: p.phase is Phase.ALL_FEATURES,
    )
    return Plan(
        title="Finalize: switch the organization to all features",
        progress=progress,
        writes=(accept,),
        steps=(
            "The organization's handshake is accepted; FeatureSet becomes ALL.",
            "Service control policies can then restrict every member account, root users included.",
            "No policy type is switched on by this; that is 05_policy_types.",
            "AWSServiceRoleForOrganizations can no longer be deleted in any account.",
        ),
        undo="This cannot be undone.",
        again=finalize,
        targets=progress.board,
        **_only_in(progress, Phase.READY),
    )


def _only_in(progress: MigrationState, *phases: Phase) -> dict[str, Any]:
    phase = progress.phase
    if phase in phases:
        return {}
    stays = phase in (Phase.CONSOLIDATED_BILLING, Phase.READY, Phase.UNKNOWN)
    outcome = Outcome.BLOCKED if stays else OUTCOME_OF_PHASE[phase]
    return _not_now(f"The phase is {phase}. {progress.next_step}", outcome)


def cancel(progress: MigrationState) -> Plan:
    """Plan canceling the running process; approvals given so far are then worth nothing."""
    attempt = progress.attempt
    call = Write(
        "CancelHandshake",
        {"HandshakeId": attempt.handshake_id if attempt else ""},
        "the organization's handshake",
        lambda p: p.phase is Phase.CANCELED,
    )
    return Plan(
        title="Cancel the process",
        progress=progress,
        writes=(call,),
        steps=(
            "The organization's handshake is canceled; AWS ends the requests of all accounts.",
            "AWS does not document that approvals survive: expect to ask everyone again.",
        ),
        undo="The process can be begun again.",
        again=cancel,
        targets=progress.board,
        **_only_in(progress, *RUNNING),
    )


def remove(progress: MigrationState, account_id: str) -> Plan:
    """Plan removing a member account that stands in the way."""
    accounts = progress.snapshot.accounts
    members = accounts[accounts["account_id"].ne(progress.snapshot.management_id)]
    target = members[members["account_id"].eq(account_id)]
    if target.empty:
        raise UsageError(
            f'"{account_id}" is no member account of this organization.',
            "Give the 12 digits of a member account; 03_monitor lists them.",
        )
    call = Write(
        "RemoveAccountFromOrganization",
        {"AccountId": account_id},
        account_id,
        lambda p: account_id not in set(p.snapshot.accounts["account_id"]),
    )
    return Plan(
        title=f"Remove account {account_id} from the organization",
        progress=progress,
        writes=(call,),
        steps=(
            "The account becomes standalone and pays its own bills from then on.",
            "It must have a payment method, a verified phone number and a support plan of its own.",
            "Its request, if any, is canceled.",
        ),
        undo="The account can be invited again.",
        again=lambda p: remove(p, account_id),
        targets=target,
    )


def policy_types(progress: MigrationState, names: Iterable[str]) -> Plan:
    """Plan enabling policy types in the order given. Raises `UsageError` for an unknown type."""
    wanted = tuple(dict.fromkeys(names))
    table = progress.snapshot.policy_types
    unknown = [n for n in wanted if n not in set(table["type"])]
    if unknown and "policy_types" not in progress.snapshot.unreadable:
        raise UsageError(
            f"No such policy type: {', '.join(unknown)}.",
            f"Choose from {', '.join(table['type'])}.",
        )
    chosen = table[table["type"].isin(wanted) & table["status"].ne(PolicyTypeStatus.ENABLED)]
    roots: dict[str, str] = dict(chosen[["type", "root_id"]].itertuples(index=False))
    steps = tuple(f"{name} is enabled on root {roots[name]}." for name in wanted if name in roots)
    return Plan(
        title="Enable policy types",
        progress=progress,
        writes=tuple(_enable(roots[name], name) for name in wanted if name in roots),
        steps=(*steps, "Enabling a type restricts nothing by itself; policies do."),
        undo="A type can be disabled again, which detaches its policies everywhere.",
        again=lambda p: policy_types(p, wanted),
        targets=chosen,
        **_policy_types_not_now(progress, wanted, roots),
    )


def _policy_types_not_now(
    progress: MigrationState, wanted: tuple[str, ...], missing: Mapping[str, str]
) -> dict[str, Any]:
    if closed := _only_in(progress, Phase.ALL_FEATURES):
        return closed
    if why := progress.snapshot.unreadable.get("policy_types"):
        return _not_now(f"Policy types could not be read: {why}.", Outcome.BLOCKED)
    if not wanted:
        return _not_now("No policy type is named in `policy_types`; nothing to do.", Outcome.DONE)
    if not missing:
        return _not_now("All named policy types are enabled already.", Outcome.DONE)
    return {}


def _enable(root_id: str, name: str) -> Write:
    def done(progress: MigrationState) -> bool:
        table = progress.snapshot.policy_types
        status = table.loc[table["type"].eq(name), "status"]
        return bool(status.eq(PolicyTypeStatus.ENABLED).all())

    return Write("EnablePolicyType", {"RootId": root_id, "PolicyType": name}, name, done)
