"""moto behind our own wire: IAM, S3, the rest of STS, and the Organizations calls it does well.

moto is imported on first use: most walks never need it, and start-up stays short.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from orgkit.sim import moto_policies, moto_roles
from orgkit.sim.errors import AwsError
from orgkit.sim.model import Account, World


@dataclass
class MotoAnswer:
    """What moto said."""

    status: str = "500 Internal Server Error"
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""

    @property
    def code(self) -> int:
        """The HTTP status as a number."""
        return int(self.status.split()[0])


class Moto:
    """moto's server application, told which account calls and what that account has."""

    def __init__(self) -> None:
        self._app: Any = None

    def answer(self, environ: dict[str, Any], account_id: str, body: bytes) -> MotoAnswer:
        """Let moto answer one request as the given account."""
        environ = {
            **environ,
            "HTTP_X_MOTO_ACCOUNT_ID": account_id,
            "wsgi.input": io.BytesIO(body),
        }
        answer = MotoAnswer()

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> None:
            answer.status, answer.headers = status, headers

        try:
            chunks: Iterable[bytes] = self._application()(environ, start_response)
        except NotImplementedError as error:
            raise AwsError("NotImplemented", f"Not simulated: {error}", status=501) from error
        answer.body = b"".join(chunks)
        return answer

    def _application(self) -> Any:
        if self._app is None:
            from moto.moto_server.werkzeug_app import (
                DomainDispatcherApplication,
                create_backend_app,
            )

            self._app = DomainDispatcherApplication(create_backend_app)
        return self._app


def before(world: World, service: str, account: Account | None) -> None:
    """Show moto what the state machine knows."""
    if service == "iam" and account is not None:
        moto_roles.show(world, account)
    if service == "organizations":
        moto_policies.show(world)


def after(world: World, service: str, account: Account | None) -> None:
    """Take over what moto changed and the state machine must know."""
    if service == "iam" and account is not None:
        moto_roles.take_over(world, account)


def writes(service: str, operation: str) -> bool:
    """Whether an operation that moto answered may have changed something."""
    if service == "s3":
        return operation in ("PUT", "POST", "DELETE")
    return not operation.startswith(("Get", "List", "Describe", "Simulate", "Assume"))
