"""From parameters to an `Organization`: sign in, see where we are, refuse what does not fit."""

from __future__ import annotations

import re

from orgkit.aws.answers import hold_to_model
from orgkit.aws.call_log import CallLog
from orgkit.aws.gateway import ORGANIZATION_ID, SIMULATOR, Organization
from orgkit.aws.rate_limit import RateLimiter
from orgkit.aws.session import assume_role, client_config, decide_target, open_session
from orgkit.aws.write_guard import WriteGuard
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.errors.remedies import MANAGEMENT

ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+", re.ASCII)


def connect(
    target: str | None = None,
    *,
    profile: str = "",
    role_arn: str = "",
    organization_id: str = "",
) -> Organization:
    """Sign in and look at the organization; changes nothing.

    Without a target, a profile or role means AWS, and nothing at all the simulator.

    Raises `UsageError` for parameters that cannot be meant, `AwsError` for what AWS refuses, and
    `OrgkitError` for a member's credentials or another organization than the one named.
    """
    target = decide_target(target, profile, role_arn)
    _check_parameters(organization_id, role_arn)
    record, guard = CallLog(), WriteGuard()
    session, endpoint = open_session(target, profile)
    # A role's session has events of its own, so both must be attached to it as well.
    listeners = (guard.watch, record.listen, hold_to_model)
    for listener in listeners:
        listener(session.events)
    simulated = target == SIMULATOR
    config = client_config(simulated)
    if role_arn:
        session = assume_role(session, role_arn, endpoint, config, listeners)
    organization = Organization(
        signed_in={
            "target": target,
            "profile": profile,
            "role_arn": role_arn,
            "organization_id": organization_id,
        },
        session=session,
        endpoint=endpoint,
        record=record,
        guard=guard,
        limiter=None if simulated else RateLimiter(),
        config=config,
    )
    organization.identify()
    _refuse_strangers(organization, organization_id)
    return organization


def _check_parameters(organization_id: str, role_arn: str) -> None:
    if organization_id and not ORGANIZATION_ID.fullmatch(organization_id):
        raise UsageError(
            f'organization_id is "{organization_id}", which is not an organization id.',
            "It starts with o- and has 10 to 32 lower-case letters and digits; "
            "`aws organizations describe-organization` shows yours.",
        )
    if role_arn and not ROLE_ARN.fullmatch(role_arn):
        raise UsageError(
            f'role_arn is "{role_arn}", which is not the ARN of a role.',
            "It reads arn:aws:iam::111111111111:role/NAME, with the 12 digits of the account.",
        )


def _refuse_strangers(organization: Organization, organization_id: str) -> None:
    if organization_id and organization.organization_id != organization_id:
        raise OrgkitError(
            f"These credentials lead to {organization.organization_id}, not to {organization_id}.",
            "Use the profile of the organization that you mean, or correct `organization_id`.",
        )
    if organization.caller.account_id != organization.management_id:
        raise OrgkitError(
            f"These credentials belong to member account {organization.caller.account_id}; "
            f"the management account is {organization.management_id}.",
            "Use credentials of the management account, or name a role there in `role_arn`.",
            MANAGEMENT,
        )
