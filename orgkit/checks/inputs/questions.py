"""What no API answers, so the administrator is asked: one row a question. Sources: user guide."""

from __future__ import annotations

from dataclasses import dataclass

from orgkit.terms import Verdict


@dataclass(frozen=True, slots=True)
class Question:
    """A yes-or-no question; `good` is the answer that needs nothing more."""

    id: str
    title: str
    text: str
    good: str
    why: str
    do_this: str
    source: str
    verdict: Verdict = Verdict.WARN


_STANDARD = "User guide, beginning the standard migration"

_ROWS = (
    Question(
        "assisted_migration",
        "No assisted migration is running",
        "Is an assisted migration running, or agreed with AWS?",
        "no",
        "AWS shows it in no API, refuses a second process beside it, and an assisted one cancels "
        "a standard one.",
        "Ask your AWS account team; let it end, or stay with it.",
        "User guide, assisted migration",
        Verdict.FAIL,
    ),
    Question(
        "stakeholders_told",
        "The owners of all accounts were told",
        "Were the owners of all accounts told, also that it is for good and what policies can do?",
        "yes",
        "Mail that nobody expects is not answered, and all features let the management account "
        "restrict every member.",
        "Write to them before the request: what comes, from whom, by when, and what changes.",
        _STANDARD,
    ),
    Question(
        "alarms_told",
        "Whoever watches the alarms was told",
        "Does whoever watches security alarms know that these calls will come?",
        "yes",
        "Common alarms (CIS AWS 4.15) fire on EnableAllFeatures and on every AcceptHandshake.",
        "Name them the time, the roles and the calls.",
        "CIS AWS Foundations Benchmark, monitoring of Organizations changes",
    ),
    Question(
        "mail_arrives",
        "Mail to the root addresses arrives",
        "Was it tried that mail to the root address of every approver is read by somebody?",
        "yes",
        "AWS writes to this address only, and whether the mail arrives is shown nowhere.",
        "Send a mail to each and have it answered; the address is changed in the account itself.",
        "API reference, Account.Email",
    ),
    Question(
        "leavers_can_stand_alone",
        "Accounts that might be removed can stand alone",
        "Do accounts that might have to be removed have a payment method and a verified phone?",
        "yes",
        "An account that declines or cannot answer must be removed, and AWS refuses that to one "
        "that cannot pay for itself.",
        "Complete their sign-up (payment method, phone, support plan) in each account.",
        "User guide, removing a member account",
    ),
    Question(
        "policies_checked",
        "Policies that name the organization were looked at",
        "Were policies that name aws:PrincipalOrgID or account ids looked at, for accounts that "
        "might be removed?",
        "yes",
        "An account that is removed loses every access that was granted to the organization.",
        "Search bucket, key and role policies; IAM Access Analyzer helps.",
        "IAM user guide, global condition keys",
    ),
    Question(
        "savings_checked",
        "Shared savings and credits were looked at",
        "Were Reserved Instances, Savings Plans and credits looked at, for accounts that might be "
        "removed?",
        "yes",
        "What an account that is removed brought in, or used of others, is no longer shared.",
        "Export the cost reports of these accounts first.",
        "User guide, removing a member account",
    ),
    Question(
        "others_are_quiet",
        "No other tool polls Organizations hard",
        "Is every other tool that polls AWS Organizations known, and slow enough?",
        "yes",
        "AWS counts its rates for the whole account: a second tool makes both stumble.",
        "Pause inventory and compliance scans while approvals are collected.",
        "User guide, quotas and service limits",
    ),
    Question(
        "management_is_empty",
        "The management account runs no workloads",
        "Does the management account run workloads of its own?",
        "no",
        "No service control policy ever restricts the management account.",
        "Plan to move them into a member account.",
        "User guide, service control policies",
    ),
    Question(
        "window_is_free",
        "Nothing lies across the 90 days",
        "Do a freeze, holidays or leave of owners fall into the days that they need to answer?",
        "no",
        "After 90 days AWS cancels all requests and everybody starts over.",
        "Choose a day from which the owners are there, or name deputies.",
        _STANDARD,
    ),
)

QUESTIONS: dict[str, Question] = {question.id: question for question in _ROWS}
