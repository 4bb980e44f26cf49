"""Who may call what: the management account, members, and everybody with an account."""

from __future__ import annotations

from orgkit.sim.errors import access_denied, billing_mode, not_in_use
from orgkit.sim.state.model import Account, Context
from orgkit.terms import AccountState, FeatureSet

ABLE_STATES = frozenset({AccountState.ACTIVE, AccountState.PENDING_CLOSURE})


def able(account: Account | None) -> bool:
    """Whether an account can be used at all; a restricted one can see its bills and no more."""
    return account is None or account.state in ABLE_STATES


def require_able(context: Context) -> None:
    """Refuse callers whose account AWS has closed or restricted."""
    if not able(context.actor):
        raise access_denied()


def require_member(context: Context) -> Account:
    """The caller's account, which must be in the organization."""
    actor = context.actor
    if actor is None or not actor.member:
        raise not_in_use()
    return actor


def require_management(context: Context) -> None:
    """Only the management account; there are no delegated administrators in billing mode."""
    if require_member(context).id != context.world.management_id:
        raise access_denied()


def require_all_features(context: Context) -> None:
    """The management account, and only once all features are on."""
    require_management(context)
    if context.world.feature_set is not FeatureSet.ALL:
        raise billing_mode()
