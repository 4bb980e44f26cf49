"""Who may call what: the management account, members, and everybody with an account."""

from __future__ import annotations

from orgkit.sim.errors import access_denied, billing_mode, not_in_use
from orgkit.sim.state.model import Account, Context
from orgkit.terms import AccountState, FeatureSet

ABLE_STATES = frozenset({AccountState.ACTIVE, AccountState.PENDING_CLOSURE})


def able(account: Account | None) -> bool:
    """Tell whether an account can be used; a restricted one can see its bills and no more."""
    return account is None or account.state in ABLE_STATES


def require_able(context: Context) -> None:
    """Refuse callers whose account AWS has closed or restricted."""
    if not able(context.actor):
        raise access_denied()


def require_member(context: Context) -> Account:
    """Give the caller's account, which must be in the organization."""
    actor = context.actor
    if actor is None or not actor.member:
        raise not_in_use()
    return actor


def require_management(context: Context) -> None:
    """Admit the management account only; billing mode knows no delegates."""
    if require_member(context).id != context.world.management_id:
        raise access_denied()


def require_all_features(context: Context) -> None:
    """Admit the management account, and only once all features are on."""
    require_management(context)
    if context.world.feature_set is not FeatureSet.ALL:
        raise billing_mode()
