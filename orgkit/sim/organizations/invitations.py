"""Inviting accounts, by id or e-mail address, and joining."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

from orgkit.facts import INVITATION_WINDOW
from orgkit.sim.errors import AwsError, handshake_constraint, invalid_input
from orgkit.sim.organizations.authority import require_management
from orgkit.sim.organizations.process import end, next_answer, running
from orgkit.sim.organizations.shapes import Json, handshake, tags
from orgkit.sim.state import ids
from orgkit.sim.state.model import Account, Context, Handshake, World
from orgkit.terms import FeatureSet, HandshakeAction, HandshakeState, JoinedMethod, Kind

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def invite_account(context: Context, params: Json) -> Json:
    """Invite an account from outside; it has 15 days to answer."""
    require_management(context)
    world = context.world
    account_id, email = _target(params["Target"])
    _refuse(world, account_id, email)
    known = _known(world, account_id, email)
    number = world.number()
    answer = next_answer(world, known.id) if known else None
    record = Handshake(
        id=ids.make("handshake", world.seed, number),
        number=number,
        kind=Kind.INVITATION,
        action=HandshakeAction.INVITE,
        state=HandshakeState.OPEN,
        requested_at=world.now,
        expires_at=world.now + INVITATION_WINDOW,
        account_id=account_id,
        email=email,
        notes=params.get("Notes", ""),
        feature_set=FeatureSet.ALL if running(world) else world.feature_set,
        tags=tags(params),
        answer=answer.answer if answer else "",
        answer_at=world.now + timedelta(seconds=answer.after) if answer else None,
    )
    world.put_handshake(record)
    return {"Handshake": handshake(context, record)}


def _target(target: Json) -> tuple[str, str]:
    """Read the account id or the e-mail address; the other one is empty."""
    if target["Type"] == "ACCOUNT":
        if not re.fullmatch(r"\d{12}", target["Id"]):
            raise invalid_input("INVALID_PATTERN_TARGET_ID")
        return target["Id"], ""
    if target["Type"] == "EMAIL":
        if not _EMAIL.fullmatch(target["Id"]):
            raise invalid_input("INVALID_EMAIL_ADDRESS_TARGET")
        return "", target["Id"]
    raise invalid_input("INVALID_PARTY_TYPE_TARGET")


def _refuse(world: World, account_id: str, email: str) -> None:
    if running(world) and world.switches.invites_during_process == "refused":
        raise handshake_constraint(
            "INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES",
            "You can't invite accounts while the organization enables all features.",
        )
    known = _known(world, account_id, email)
    if known is not None and known.member:
        raise _already_in_an_organization()
    for other in world.handshakes.values():
        if other.live and other.kind is Kind.INVITATION:
            same_email = bool(email) and other.email.lower() == email.lower()
            if same_email or (account_id and other.account_id == account_id):
                raise AwsError(
                    "DuplicateHandshakeException",
                    "A handshake with the same action and target already exists.",
                )


def _known(world: World, account_id: str, email: str) -> Account | None:
    if account_id:
        return world.accounts.get(account_id)
    found = (a for a in world.accounts.values() if a.email.lower() == email.lower())
    return next(found, None)


def _already_in_an_organization() -> AwsError:
    return handshake_constraint(
        "ALREADY_IN_AN_ORGANIZATION", "The account is already a member of an organization."
    )


def stranger(context: Context, account_id: str) -> Account:
    """Make up an account that no scenario names: every 12 digits are somebody's."""
    world = context.world
    return Account(
        id=account_id,
        number=0,
        name=f"Account {account_id}",
        email=f"account-{account_id}@example.com",
        joined_method=JoinedMethod.INVITED,
        joined_at=world.now,
        service_linked_role=False,
    )


def name_recipient(context: Context, record: Handshake) -> Handshake:
    """Reveal the account that answers an invitation by e-mail, as seen on AWS."""
    return replace(record, account_id=context.caller.account_id)


def join(context: Context, record: Handshake) -> Handshake:
    """Let the account join; during the process that counts as its consent."""
    world = context.world
    account = context.actor or stranger(context, context.caller.account_id)
    ended = end(world, name_recipient(context, record), HandshakeState.ACCEPTED)
    if account.member or account.in_other_organization:
        # Seen on AWS: the answer is an error, and yet the handshake is ACCEPTED afterwards.
        raise _already_in_an_organization()
    world.put_account(
        replace(
            account,
            number=world.number(),
            joined_method=JoinedMethod.INVITED,
            joined_at=world.now,
            parent_id=world.root_id,
            service_linked_role=True,
            tags=record.tags,
        )
    )
    return ended
