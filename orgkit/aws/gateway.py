"""The gateway: every call to AWS Organizations goes through `call` or `pages` here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any

from orgkit.aws.answers import listed, quoted, understood
from orgkit.aws.call_log import Call, CallLog
from orgkit.aws.rate_limit import RateLimiter
from orgkit.aws.write_guard import WriteGuard, is_read
from orgkit.errors.exceptions import AwsError, IdentityError, OrgkitError, UsageError
from orgkit.errors.remedies import remedies
from orgkit.errors.translate import explained
from orgkit.formats import printable

SIMULATOR = "sim"
ORGANIZATION_ID = re.compile(r"o-[a-z0-9]{10,32}")  # service model, shape OrganizationId
_ACCOUNT_ID = re.compile(r"\d{12}", re.ASCII)
_PERSONAL = "AWSReservedSSO_"  # roles of IAM Identity Center: there the session is named by person
_MOST_PAGES = 20_000  # 50,000 accounts at 20 a page are 2,500
_AT_HOME = frozenset({"cloudtrail", "service-quotas", "support"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as sts:GetCallerIdentity says."""

    account_id: str
    arn: str

    @property
    def is_root(self) -> bool:
        """Whether this is the root user, which should not do daily work."""
        return self.arn.endswith(":root")

    @property
    def principal(self) -> str:
        """Who this is, whatever the session is called: a renewed session is the same caller.

        In roles of IAM Identity Center many people share one role, and the session's name is the
        person: it belongs to who this is.
        """
        role, _, session = self.arn.rpartition("/")
        assumed = ":assumed-role/" in role and session
        return role if assumed and f"/{_PERSONAL}" not in role else self.arn


class Organization:
    """One organization seen with one caller's credentials; made by `connect`."""

    def __init__(
        self,
        *,
        signed_in: Mapping[str, str],
        session: Any,
        endpoint: str | None,
        record: CallLog,
        guard: WriteGuard,
        limiter: RateLimiter | None,
        config: Any,
    ) -> None:
        self.signed_in = dict(signed_in)  # the parameters of `connect`, none of them a secret
        self.target, self.endpoint = self.signed_in["target"], endpoint
        self._session, self._config = session, config
        self._record, self._guard, self._limiter = record, guard, limiter
        self._clients: dict[tuple[str, bool], Any] = {}
        self._frozen: dict[str, str | None] = {}  # the credentials of a write, while it is made
        self._making = Lock()
        self._opened: tuple[str, str, str] | None = None
        self.caller: Caller
        self.details: dict[str, Any] = {}

    @property
    def organization_id(self) -> str:
        """The id, `o-` and 10 to 32 characters."""
        return str(self.details["Id"])

    @property
    def management_id(self) -> str:
        """The management account; the API still says MasterAccountId."""
        return str(self.details["MasterAccountId"])

    @property
    def simulated(self) -> bool:
        """Whether this is the built-in simulator."""
        return self.target == SIMULATOR

    @property
    def calls(self) -> tuple[Call, ...]:
        """Every call so far, for the evidence."""
        return self._record.calls

    @property
    def now(self) -> datetime:
        """The time by AWS's own clock (its Date header), which on the simulator is simulated."""
        return self._record.now

    @property
    def doubt(self) -> str:
        """What an answer said of the time and was not believed, in a sentence; else ""."""
        return self._record.doubt

    def client(self, service: str, *, once: bool = False) -> Any:
        """Give a client that is recorded and guarded; made once a service.

        With `once` it sends every call once: the SDK may repeat a read, never a write.
        """
        with self._making:
            if (service, once) not in self._clients:
                options = self._client_options() | self._home_region(service) | self._frozen
                if once:
                    options["config"] = self._config.merge(_once())
                self._clients[service, once] = self._session.client(service, **options)
            return self._clients[service, once]

    def client_as(self, service: str, credentials: dict[str, Any]) -> Any:
        """Make a recorded, guarded client with credentials of another account's role."""
        with self._making:  # creating clients is not thread-safe (boto3 documentation)
            return self._session.client(
                service,
                aws_access_key_id=credentials["AccessKeyId"],
                aws_secret_access_key=credentials["SecretAccessKey"],
                aws_session_token=credentials["SessionToken"],
                **self._client_options(),
            )

    def _client_options(self) -> dict[str, Any]:
        region = self._session.region_name or "us-east-1"
        return {"endpoint_url": self.endpoint, "region_name": region, "config": self._config}

    def _home_region(self, service: str) -> dict[str, str]:
        """Where a service tells about Organizations: only in one Region (user guide)."""
        here = str(self._session.region_name or "")
        if service not in _AT_HOME or here.startswith(("cn-", "us-gov-", "eusc-")):
            return {}
        return {"region_name": "us-east-1"}

    def call(
        self, operation: str, service: str = "organizations", **parameters: Any
    ) -> dict[str, Any]:
        """One call by its AWS name. Raises `AwsError` with the remedy when AWS's error has one."""
        if self._limiter:
            # Before the call: AWS limits the rate for each account, whoever else calls.
            self._limiter.wait(operation)
        from botocore import xform_name

        with explained(operation), understood(operation):
            client = self.client(service, once=not is_read(operation))
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        return answer

    def pages(
        self, operation: str, key: str, service: str = "organizations", **parameters: Any
    ) -> list[dict[str, Any]]:
        """Read all items to the last token; a page may be empty and still carry one (AWS says).

        Every page is a `call`, so rate, guard, log and remedies hold for each. Raises `AwsError`
        for an endpoint that repeats a token, however far apart, which would else be asked for
        ever, and `StrangeAnswer` for a page without its list: that is not empty.
        """
        found: list[dict[str, Any]] = []
        seen: set[str] = set()
        while len(seen) < _MOST_PAGES:
            page = self.call(operation, service, **parameters)
            found += listed(operation, key, page)
            token = page.get("NextToken")
            if not token:
                return found
            if token in seen:
                raise _endless(operation, f"The token {quoted(token)} came again.")
            seen.add(token)
            parameters["NextToken"] = token
        raise _endless(operation, f"There were {_MOST_PAGES:,} pages and still another token.")

    def identify(self) -> dict[str, Any]:
        """Ask who asks, and of which organization; gives what AWS says of the organization.

        Raises `IdentityError` for another principal, account or organization than the one that
        was opened: credentials renew, and may then be somebody else's. A new session of the same
        role is the same caller, and is named from now on.
        """
        said = self.call("GetCallerIdentity", service="sts")
        caller = _caller(said)
        details = _described(self.call("DescribeOrganization"))
        found = (caller.account_id, caller.principal, details["Id"])
        if self._opened is not None and found != self._opened:
            raise _somebody_else(self._opened, found)
        self._opened, self.caller, self.details = found, caller, details
        return details

    @contextmanager
    def writing(self, operation: str) -> Iterator[None]:
        """Open one operation that changes something. Only `orgkit.actions.execute` may use this.

        Inside everything is asked and sent with the very same credentials: what `identify` says
        there holds for the write too, whatever renews meanwhile.
        """
        before = self._clients
        self._clients, self._frozen = {}, self._credentials()
        try:
            with self._guard.opened(operation):
                yield
        finally:
            self._clients, self._frozen = before, {}

    def _credentials(self) -> dict[str, str | None]:
        with explained("sign in"):
            found = self._session.get_credentials()
            if found is None:
                return {}
            key, secret, token = found.get_frozen_credentials()[:3]
        return {
            "aws_access_key_id": key,
            "aws_secret_access_key": secret,
            "aws_session_token": token,
        }

    def took_effect(self, operation: str, *, changed: bool | None = True) -> None:
        """Correct the call log: the last such call answered an error and yet changed AWS.

        None means that nobody knows whether it did.
        """
        self._record.took_effect(operation, changed=changed)

    def advance(self, when: str) -> None:
        """Move the simulated clock, e.g. "14d". Raises `UsageError` on AWS: its time is its own."""
        if not when:
            return
        from orgkit.aws.simulator import advance

        advance(self._simulator("Leave `sim_advance` empty when target is aws."), when)
        self.identify()

    def answer(self, account_id: str, *, approve: bool) -> None:
        """Let the owner of a simulated account approve or decline. Raises `UsageError` on AWS."""
        from orgkit.aws.simulator import answer

        answer(self._simulator("Real owners answer for themselves."), account_id, approve)

    def _simulator(self, do_this: str) -> str:
        if not self.simulated or not self.endpoint:
            raise UsageError("Only the simulator's clock and owners can be moved.", do_this)
        return self.endpoint


def _once() -> Any:
    from botocore.config import Config

    return Config(retries={"mode": "standard", "total_max_attempts": 1})


def _caller(said: Mapping[str, Any]) -> Caller:
    account, arn = said.get("Account"), said.get("Arn")
    if not (isinstance(account, str) and _ACCOUNT_ID.fullmatch(account)):
        raise _not_aws("GetCallerIdentity", "Account", account)
    if not (isinstance(arn, str) and f":{account}:" in arn and arn.isascii() and arn.isprintable()):
        raise _not_aws("GetCallerIdentity", "Arn", arn)
    return Caller(account, arn)


def _described(said: Mapping[str, Any]) -> dict[str, Any]:
    details = said.get("Organization")
    if not isinstance(details, dict):
        raise _not_aws("DescribeOrganization", "Organization", details)
    # Both become parts of paths and of what is compared: nothing but ids may stand there.
    for name, shape in (("Id", ORGANIZATION_ID), ("MasterAccountId", _ACCOUNT_ID)):
        value = details.get(name)
        if not (isinstance(value, str) and shape.fullmatch(value)):
            raise _not_aws("DescribeOrganization", name, value)
    return details


def _not_aws(operation: str, name: str, value: Any) -> OrgkitError:
    return OrgkitError(
        f"The answer to {operation} cannot be used: its {name} is {printable(repr(value))[:80]}.",
        "The answer does not match AWS as this version of orgkit knows it: check proxy, "
        "endpoint and AWS_ENDPOINT_URL "
        "of this machine.",
    )


def _somebody_else(before: tuple[str, str, str], now: tuple[str, str, str]) -> IdentityError:
    names = ("account", "caller", "organization")
    moved = [
        f"{name} {new} (was {old})"
        for name, old, new in zip(names, before, now, strict=True)
        if old != new
    ]
    return IdentityError(
        f"The credentials changed after this was opened: {', '.join(moved)}.",
        "Nothing was sent or kept under the wrong name. Sign in as before, or run the notebook "
        "again from its first cell to go on as who you are now.",
    )


def _endless(operation: str, text: str) -> AwsError:
    return AwsError(remedies()["PaginationError", None], operation, "PaginationError", None, text)
