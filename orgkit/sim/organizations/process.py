"""Enabling all features: who is asked, when the organization's handshake is ready, how it ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from orgkit.facts import PROCESS_WINDOW, SIZE_LIMIT
from orgkit.sim.errors import constraint, handshake_constraint
from orgkit.sim.organizations.authority import ABLE_STATES, require_management
from orgkit.sim.organizations.shapes import Json, handshake
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Answer, Context, Handshake, World
from orgkit.terms import (
    AccountState,
    FeatureSet,
    HandshakeAction,
    HandshakeState,
    JoinedMethod,
    Kind,
)

# The worked examples show requests to accounts made a moment after the organization's handshake.
CHILD_DELAY = timedelta(milliseconds=800)


def running(world: World) -> Handshake | None:
    """Find the organization's handshake, while the process runs."""
    return world.cached("running", lambda: next(iter(_live(world, Kind.ORGANIZATION)), None))


def enable_all_features(context: Context, params: Json) -> Json:
    """Begin the process: ask every invited account, cancel invitations that are pending."""
    require_management(context)
    world = context.world
    if world.feature_set is FeatureSet.ALL:
        raise handshake_constraint(
            "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
            "The organization already has all features enabled.",
        )
    parent = running(world)
    if parent is not None:
        return {"Handshake": handshake(context, _second_request(world, parent))}
    _check_size(world)
    return {"Handshake": handshake(context, _begin(world))}


def _second_request(world: World, parent: Handshake) -> Handshake:
    if world.switches.second_request == "refused":
        raise handshake_constraint(
            "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
            "The organization is already in the process of enabling all features.",
        )
    for account_id in list(world.outstanding):
        request = world.handshakes.get(world.outstanding[account_id])
        if request is None or not request.live:
            _ask(world, parent, world.accounts[account_id])
    return parent


def _check_size(world: World) -> None:
    count_closed = world.switches.closed_accounts_count
    counted = sum(
        a.member and (count_closed or a.state is not AccountState.CLOSED)
        for a in world.accounts.values()
    )
    limit = SIZE_LIMIT if world.switches.exactly_5000_accounts == "allowed" else SIZE_LIMIT - 1
    if counted > limit:
        raise constraint(
            "ALL_FEATURES_MIGRATION_ORGANIZATION_SIZE_LIMIT_EXCEEDED",
            "Your organization has more accounts than the standard migration serves.",
        )


def _begin(world: World) -> Handshake:
    # They were made for consolidated billing, which is about to end.
    for invitation in _live(world, Kind.INVITATION):
        end(world, invitation, HandshakeState.CANCELED)
    number = world.number()
    parent = Handshake(
        id=ids.make("handshake", world.seed, number),
        number=number,
        kind=Kind.ORGANIZATION,
        action=_label(world, parent=True),
        state=HandshakeState.REQUESTED,
        requested_at=world.now,
        expires_at=world.now + PROCESS_WINDOW,
    )
    world.put_handshake(parent)
    if not world.switches.acceptances_survive_restart:
        world.approved = {}
    world.outstanding = {}
    # A list of its own: asking changes the world that is walked through.
    for account in list(world.accounts.values()):
        if _must_approve(world, account):
            _ask(world, parent, account)
    if not world.outstanding and world.switches.no_approvers_state == "OPEN":
        parent = replace(parent, state=HandshakeState.OPEN)
        world.put_handshake(parent)
    return parent


def _label(world: World, parent: bool) -> HandshakeAction:
    examples = world.switches.labels == "worked-examples"
    if parent == examples:
        return HandshakeAction.ENABLE_ALL_FEATURES
    return HandshakeAction.APPROVE_ALL_FEATURES


def _must_approve(world: World, account: Account) -> bool:
    if not account.member or account.id == world.management_id or account.id in world.approved:
        return False
    if account.joined_method is JoinedMethod.CREATED:
        every = world.switches.role_request_to == "every-created-account"
        return every or not account.service_linked_role
    return account.state in ABLE_STATES or world.switches.inactive_approvers == "asked"


def _ask(world: World, parent: Handshake, account: Account) -> None:
    role_only = account.joined_method is JoinedMethod.CREATED
    answer = next_answer(world, account.id)
    number = world.number()
    with_parent = not role_only or world.switches.role_request_has_parent
    request = Handshake(
        id=ids.make("handshake", world.seed, number),
        number=number,
        kind=Kind.APPROVAL,
        action=HandshakeAction.ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE
        if role_only
        else _label(world, parent=False),
        state=HandshakeState.OPEN,
        requested_at=world.now + CHILD_DELAY,
        expires_at=parent.expires_at,
        account_id=account.id,
        parent_id=parent.id if with_parent else "",
        answer=answer.answer,
        answer_at=world.now + timedelta(seconds=answer.after),
    )
    world.put_handshake(request)
    world.outstanding[account.id] = request.id


def next_answer(world: World, account_id: str) -> Answer:
    """Look up what the owner does this time; the plan's last line holds ever after."""
    plan = world.owners.get(account_id) or [Answer("never")]
    turn = world.asked.get(account_id, 0)
    world.asked[account_id] = turn + 1
    return plan[min(turn, len(plan) - 1)]


def end(world: World, record: Handshake, state: HandshakeState) -> Handshake:
    """Put a handshake into one of its last states; it is listed for 30 more days."""
    ended = replace(record, state=state, ended_at=world.now)
    world.put_handshake(ended)
    return ended


def approve(world: World, request: Handshake, with_role: bool = True) -> Handshake:
    """Approve for an account: it gets the service-linked role back, and may be the last one."""
    account = world.accounts[request.account_id]
    if with_role and not account.service_linked_role:
        world.put_account(replace(account, service_linked_role=True))
    ended = end(world, request, HandshakeState.ACCEPTED)
    world.approved[account.id] = True
    world.outstanding.pop(account.id, None)
    _open_if_complete(world)
    return ended


def decline(world: World, request: Handshake) -> Handshake:
    """Decline for an account; what becomes of the whole process is a switch."""
    ended = end(world, request, HandshakeState.DECLINED)
    parent = running(world)
    if parent is not None and world.switches.decline_parent_state != "REQUESTED":
        stop(world, parent, HandshakeState(world.switches.decline_parent_state))
    return ended


def forget_account(world: World, account_id: str) -> None:
    """Cancel the request of an account that left, and wait for it no longer."""
    request = world.handshakes.get(world.outstanding.get(account_id, ""))
    if request is not None and request.live:
        end(world, request, HandshakeState.CANCELED)
    waited_for = world.outstanding.pop(account_id, None)
    if waited_for and world.switches.removal_completes:
        _open_if_complete(world)


def _open_if_complete(world: World) -> None:
    parent = running(world)
    if parent is not None and not world.outstanding:
        world.put_handshake(replace(parent, state=HandshakeState.OPEN))


def finalize(world: World, parent: Handshake) -> Handshake:
    """Switch to all features; no policy type is enabled by it."""
    world.feature_set = FeatureSet.ALL
    return end(world, parent, HandshakeState.ACCEPTED)


def stop(world: World, parent: Handshake, state: HandshakeState) -> Handshake:
    """End the process without success: its requests, and invitations made for it, end too."""
    children = HandshakeState.CANCELED
    if state is HandshakeState.EXPIRED:
        children = HandshakeState(world.switches.expired_requests)
    # Children before the parent, so that no instant shows them live under one that ended.
    for request in _live(world, Kind.APPROVAL):
        end(world, request, children)
    for invitation in _live(world, Kind.INVITATION):
        end(world, invitation, HandshakeState.CANCELED)
    world.outstanding = {}
    return end(world, parent, state)


def _live(world: World, kind: Kind) -> list[Handshake]:
    return [h for h in world.handshakes.values() if h.kind is kind and h.live]
