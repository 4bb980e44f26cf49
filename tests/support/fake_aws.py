"""An AWS of a few lines inside botocore's event system: real clients and gateway, no network."""

from __future__ import annotations

import json
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from types import SimpleNamespace
from typing import Any

import boto3
from botocore.config import Config

from orgkit.aws import Caller, Organization
from orgkit.aws.answers import hold_to_model
from orgkit.aws.call_log import CallLog
from orgkit.aws.clock import Clock
from orgkit.aws.write_guard import WriteGuard
from tests.support.make import ADMIN, MANAGEMENT, ORGANIZATION, ROOT, aws_account

DATE = "Mon, 05 Jan 2026 09:00:00 GMT"
Answer = dict[str, Any] | Exception
Answers = Answer | list[Answer] | Callable[[dict[str, Any]], Answer]


def error(code: str, reason: str | None = None, message: str = "no") -> dict[str, Any]:
    """What botocore parses from an error of AWS."""
    said: dict[str, Any] = {"Error": {"Code": code, "Message": message}}
    return said | ({"Reason": reason} if reason else {})


def lists(
    accounts: Any = (), handshakes: Any = (), feature_set: str = "CONSOLIDATED_BILLING"
) -> dict[str, Answers]:
    """Answers to everything that a look asks for; the management account is in every list."""
    accounts = list(accounts)
    if MANAGEMENT not in {each["Id"] for each in accounts}:
        accounts.insert(0, aws_account(MANAGEMENT))
    return {
        "DescribeOrganization": {
            "Organization": {
                "Id": ORGANIZATION,
                "MasterAccountId": MANAGEMENT,
                "MasterAccountEmail": "billing@test.example.com",
                "FeatureSet": feature_set,
            }
        },
        "ListAccounts": {"Accounts": accounts},
        "ListRoots": {"Roots": [{"Id": ROOT, "PolicyTypes": []}]},
        "ListCreateAccountStatus": {"CreateAccountStatuses": []},
        "ListHandshakesForOrganization": {"Handshakes": list(handshakes)},
    }


class FakeAws:
    """Answers by operation: one answer for ever, a list used up one by one, or a function."""

    def __init__(self, answers: dict[str, Answers]) -> None:
        # Whoever asks is asked for with every look; that is no call that a test counts.
        identity = {"Account": MANAGEMENT, "Arn": ADMIN, "UserId": "x"}
        self.answers = {"GetCallerIdentity": identity, **answers}
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.retries = 0
        self.lost: Exception | None = None
        self.date = DATE

    def organization(self, target: str = "aws", limiter: Any = None) -> Organization:
        """The real gateway in front of this AWS."""
        session = boto3.Session("key", "secret", region_name="us-east-1")
        # This machine's clock and AWS's agree.
        clock = Clock(lambda: parsedate_to_datetime(self.date))
        record, guard = CallLog(clock), WriteGuard()
        for listen in (guard.watch, record.listen, hold_to_model):
            listen(session.events)
        session.events.register_last("before-call", self._answer)
        session.events.register("before-send", self._lose)
        made = Organization(
            signed_in={"target": target, "profile": "", "role_arn": "", "organization_id": ""},
            session=session,
            endpoint="http://127.0.0.1:9",
            record=record,
            guard=guard,
            limiter=limiter,
            config=Config(retries={"total_max_attempts": 1}),
        )
        made.caller = Caller(MANAGEMENT, ADMIN)
        return made

    def operations(self) -> list[str]:
        """What was sent, by name."""
        return [name for name, _ in self.sent]

    def _lose(self, **_: Any) -> None:
        """The way to AWS breaks: an answer that is an exception ends here, where sockets do."""
        raise self.lost or AssertionError("something would have been sent")

    def _answer(
        self, model: Any, params: dict[str, Any], **_: Any
    ) -> tuple[Any, dict[str, Any]] | None:
        body = params["body"]
        asked = body if isinstance(body, dict) else json.loads(body or b"{}")
        if model.name != "GetCallerIdentity":
            self.sent.append((model.name, asked))
        answer = self.answers[model.name]
        if isinstance(answer, list):
            answer = answer.pop(0)
        elif callable(answer):
            answer = answer(asked)
        if isinstance(answer, Exception):
            self.lost = answer
            return None
        status = 400 if "Error" in answer else 200
        meta = {
            "RequestId": f"request-{len(self.sent)}",
            "HTTPStatusCode": status,
            "HTTPHeaders": {"date": self.date},
            "RetryAttempts": self.retries,
        }
        return SimpleNamespace(status_code=status), {**answer, "ResponseMetadata": meta}
