"""What AWS does not document, as named switches; each default is the likeliest reading."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Switches(BaseModel):
    """One field for each open point; the text below it says what is open and why the default."""

    # The texts below the fields become their descriptions, which the documentation shows.
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    labels: Literal["worked-examples", "api-reference"] = "worked-examples"
    """Which Action the requests to accounts carry. The user guide's example output shows
    APPROVE_ALL_FEATURES; the API reference says ENABLE_ALL_FEATURES."""
    second_request: Literal["refused", "resend"] = "refused"
    """EnableAllFeatures while the process runs: refused, as the reason code suggests, or sends
    again what was declined or canceled."""
    decline_parent_state: Literal["REQUESTED", "DECLINED", "CANCELED"] = "REQUESTED"
    """What one decline does to the organization's handshake. The guide says the account may be
    removed afterwards, so the process seems to live on."""
    early_finalize_error: Literal[
        "InvalidHandshakeTransitionException", "AccessDeniedException"
    ] = "InvalidHandshakeTransitionException"
    """The error for accepting the organization's handshake while it is REQUESTED; this one is
    what other forbidden transitions give."""
    failed_accept_state: Literal["OPEN", "ACCEPTED"] = "OPEN"
    """State of a request whose acceptance failed because the service-linked role could not be
    made. Nothing happened is the natural reading; once an answer was an error and the handshake
    yet ACCEPTED."""
    expired_requests: Literal["EXPIRED", "CANCELED"] = "EXPIRED"
    """State of unanswered requests when the process expires. They carry the same expiry; the
    guide says in words that they are canceled."""
    expired_error: Literal["InvalidHandshakeTransitionException", "HandshakeNotFoundException"] = (
        "InvalidHandshakeTransitionException"
    )
    """The error for answering an EXPIRED handshake; other ended ones give this."""
    children_in_unfiltered_list: bool = True
    """Whether ListHandshakesForOrganization without a filter shows the requests to accounts. It
    lists what the organization sent, and they are sent by it."""
    parent_handshake_prefix: bool = False
    """Whether the PARENT_HANDSHAKE value starts with h-. The worked examples show it
    without."""
    role_request_has_parent: bool = True
    """Whether a role request (ADD_ORGANIZATIONS_SERVICE_LINKED_ROLE) carries a
    PARENT_HANDSHAKE. No example of one exists."""
    role_request_to: Literal["missing-role", "every-created-account"] = "missing-role"
    """Which created accounts get a role request. Two guide pages limit it to those whose role
    was deleted, a third reads as if every one got it."""
    inactive_approvers: Literal["asked", "skipped"] = "asked"
    """Whether invited accounts that are SUSPENDED, CLOSED or PENDING_CLOSURE get a request.
    Asked, and so blocking, is the careful reading."""
    no_approvers_state: Literal["OPEN", "REQUESTED"] = "OPEN"
    """The first state of the organization's handshake when nobody has to approve. The guide
    lets one finalize at once."""
    removal_completes: bool = True
    """Whether the organization's handshake becomes OPEN when the last outstanding account is
    removed or leaves."""
    cancel_process: Literal["allowed", "refused"] = "allowed"
    """Whether CancelHandshake works on the organization's handshake. The overview speaks of
    canceling the process and this is the only call for it."""
    acceptances_survive_restart: bool = False
    """Whether accounts that approved an attempt that was canceled or expired count in the next
    one. 'Start over' suggests not."""
    invites_during_process: Literal["allowed", "refused"] = "allowed"
    """Whether accounts may be invited while the process runs. Allowed since 2021, but the error
    INVITE_DISABLED_DURING_ENABLE_ALL_FEATURES still exists."""
    exactly_5000_accounts: Literal["allowed", "refused"] = "allowed"
    """Whether an organization of exactly 5,000 accounts may start. One half of the text refuses
    more than 5,000, the other serves fewer."""
    closed_accounts_count: bool = True
    """Whether closed accounts count for the limit of 5,000. They count for the account quota
    until they vanish."""
