"""The gateway: every call to AWS Organizations goes through `call` or `pages` here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Any

from orgkit.aws.call_log import Call, CallLog
from orgkit.aws.rate_limit import RateLimiter
from orgkit.aws.write_guard import WriteGuard
from orgkit.errors.exceptions import UsageError
from orgkit.errors.translate import explained

SIMULATOR = "sim"
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
        self._clients: dict[str, Any] = {}
        self._making = Lock()
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

    def client(self, service: str) -> Any:
        """Give a client that is recorded and guarded; made once a service."""
        with self._making:
            if service not in self._clients:
                options = self._client_options() | self._home_region(service)
                self._clients[service] = self._session.client(service, **options)
            return self._clients[service]

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

        with explained(operation):
            client = self.client(service)
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        return answer

    def pages(
        self, operation: str, key: str, service: str = "organizations", **parameters: Any
    ) -> list[dict[str, Any]]:
        """Read all items to the last token; a page may be empty and still carry one (AWS says).

        Every page is a `call`, so rate, guard, log and remedies hold for each. Raises `AwsError`
        for an endpoint that gives the same token twice, which would else be asked for ever.
        """
        from botocore.paginate import Paginator

        tokens = {"input_token": "NextToken", "output_token": "NextToken", "result_key": key}
        paginator = Paginator(partial(self.call, operation, service), tokens, None)
        with explained(operation):
            return [i for page in paginator.paginate(**parameters) for i in page.get(key, [])]

    def refresh(self) -> dict[str, Any]:
        """Read the organization again, so that a decision rests on what is true now."""
        self.details = self.call("DescribeOrganization")["Organization"]
        return self.details

    @contextmanager
    def writing(self, operation: str) -> Iterator[None]:
        """Open one operation that changes something. Only `orgkit.actions.execute` may use this."""
        with self._guard.opened(operation):
            yield

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
        self.refresh()

    def answer(self, account_id: str, *, approve: bool) -> None:
        """Let the owner of a simulated account approve or decline. Raises `UsageError` on AWS."""
        from orgkit.aws.simulator import answer

        answer(self._simulator("Real owners answer for themselves."), account_id, approve)

    def _simulator(self, do_this: str) -> str:
        if not self.simulated or not self.endpoint:
            raise UsageError("Only the simulator's clock and owners can be moved.", do_this)
        return self.endpoint
