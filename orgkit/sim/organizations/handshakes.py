"""Accept, decline, cancel, describe: who may do what to a handshake in which state."""

from __future__ import annotations

from orgkit.sim.errors import AwsError, access_denied
from orgkit.sim.organizations import authority, invitations, process
from orgkit.sim.organizations.authority import require_able
from orgkit.sim.organizations.shapes import Json, handshake
from orgkit.sim.state.model import Account, Context, Handshake
from orgkit.terms import HandshakeState, Kind

_ALREADY = "The specified handshake is already in the requested state."
_TRANSITION = "You can't perform the operation on the handshake in its current state."
_NOT_FOUND = "We can't find a handshake with the HandshakeId that you specified."


def describe_handshake(context: Context, params: Json) -> Json:
    """Show a handshake to both of its sides."""
    record = _find(context, params)
    if not (is_sender(context, record) or is_recipient(_existing(context, record), record)):
        raise access_denied()
    return {"Handshake": handshake(context, record)}


def accept_handshake(context: Context, params: Json) -> Json:
    """Accept, as the recipient; of the organization's own handshake, as the management account."""
    record = _find(context, params)
    if record.kind is Kind.ORGANIZATION:
        _allow(is_sender(context, record))
    else:
        _allow(is_recipient(_existing(context, record), record))
    _check(context, record, HandshakeState.ACCEPTED)
    if record.state is HandshakeState.REQUESTED:
        raise AwsError(context.world.switches.early_finalize_error, _TRANSITION)
    return {"Handshake": handshake(context, _accept(context, record))}


def decline_handshake(context: Context, params: Json) -> Json:
    """Decline, as the recipient; the organization cannot decline its own."""
    record = _find(context, params)
    _allow(is_recipient(_existing(context, record), record))
    _check(context, record, HandshakeState.DECLINED)
    if record.kind is Kind.APPROVAL:
        ended = process.decline(context.world, record)
    else:
        named = invitations.name_recipient(context, record)
        ended = process.end(context.world, named, HandshakeState.DECLINED)
    return {"Handshake": handshake(context, ended)}


def cancel_handshake(context: Context, params: Json) -> Json:
    """Cancel, as the sender; of the organization's own handshake that ends the process."""
    record = _find(context, params)
    # Who may act comes before what may be done: a stranger learns nothing of the state.
    _allow(is_sender(context, record))
    _check(context, record, HandshakeState.CANCELED)
    if record.kind is not Kind.ORGANIZATION:
        ended = process.end(context.world, record, HandshakeState.CANCELED)
    else:
        _allow(context.world.switches.cancel_process == "allowed")
        ended = process.stop(context.world, record, HandshakeState.CANCELED)
    return {"Handshake": handshake(context, ended)}


def is_sender(context: Context, record: Handshake) -> bool:
    """Tell whether the caller acts for the organization, which sends all handshakes."""
    return context.caller.account_id == context.world.management_id


def is_recipient(account: Account | None, record: Handshake) -> bool:
    """Tell whether a handshake is addressed to the account, by id or by e-mail address."""
    if account is None or record.kind is Kind.ORGANIZATION:
        return False
    if record.account_id:
        return record.account_id == account.id
    return bool(record.email) and record.email.lower() == account.email.lower()


def _find(context: Context, params: Json) -> Handshake:
    require_able(context)
    record = context.world.handshakes.get(params["HandshakeId"])
    if record is None:
        raise AwsError("HandshakeNotFoundException", _NOT_FOUND)
    return record


def _existing(context: Context, record: Handshake) -> Account | None:
    """Find the caller's account; one never heard of exists if it is invited by id."""
    unknown = context.actor is None and record.account_id == context.caller.account_id
    return invitations.stranger(context, record.account_id) if unknown else context.actor


def _allow(allowed: bool) -> None:
    if not allowed:
        raise access_denied()


def _check(context: Context, record: Handshake, target: HandshakeState) -> None:
    if record.live:
        return
    # Repeating what was done has an error of its own, by which clients know that it was done.
    if record.state is target:
        raise AwsError("HandshakeAlreadyInStateException", _ALREADY)
    if record.state is HandshakeState.EXPIRED:
        raise AwsError(context.world.switches.expired_error, _TRANSITION)
    raise AwsError("InvalidHandshakeTransitionException", _TRANSITION)


def _accept(context: Context, record: Handshake) -> Handshake:
    if record.kind is Kind.ORGANIZATION:
        return process.finalize(context.world, record)
    _make_role(context, record)
    if record.kind is Kind.APPROVAL:
        return process.approve(context.world, record)
    return invitations.join(context, record)


def _make_role(context: Context, record: Handshake) -> None:
    """Make the service-linked role, which needs a permission of its own."""
    account = _existing(context, record)
    try:
        if account is not None:
            authority.require_role_creation(context, account)
    except AwsError:
        consents = context.world.switches.failed_accept_state == "ACCEPTED"
        if consents and record.kind is Kind.APPROVAL:
            process.approve(context.world, record, with_role=False)
        raise
