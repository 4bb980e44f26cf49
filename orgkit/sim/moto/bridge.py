"""moto behind our own wire: IAM, S3, KMS, other STS, the Organizations calls that it does well.

moto is imported on first use: most walks never need it, and start-up stays short.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from werkzeug.wrappers import Request, Response

from orgkit.sim.errors import AwsError
from orgkit.sim.moto import policies, roles
from orgkit.sim.state.model import Context, MotoCall, World

# Services whose writes are kept and made again after a restart; objects in S3 would be too large,
# and moto makes a new key in KMS each time.
_REMEMBERED = ("iam", "organizations")
_NEEDED = ("REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "HTTP_X_AMZ_TARGET")
_SOMEWHERE = {"HTTP_HOST": "127.0.0.1", "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80"}
_PLAIN = {
    "wsgi.version": (1, 0),
    "wsgi.url_scheme": "http",
    "wsgi.multithread": True,
    "wsgi.multiprocess": False,
    "wsgi.run_once": False,
}


class Moto:
    """moto's server application, told which account calls and what that account has.

    moto keeps its state for the whole process: of several simulators in one process only the one
    that came to moto last can rely on it.
    """

    def __init__(self) -> None:
        self._app: Any = None

    def call(self, context: Context, service: str, operation: str, request: Request) -> Response:
        """Let moto answer, with what the state machine must show before and learn afterwards."""
        world, body = context.world, request.get_data()
        self.start(world)
        call = _note(request, service, context)
        answer = self._answer(world, call, body)
        if answer.status_code >= 400:
            return answer
        account = world.accounts.get(call.account)
        if service == "iam" and account is not None:
            roles.take_over(world, account)
        if _writes(service, operation):
            if service in _REMEMBERED:
                world.moto_calls.append(call)
            world.touch()
        return answer

    def start(self, world: World) -> None:
        """Begin with an empty moto, and let it do again what it did before a restart."""
        if self._app is not None:
            return
        from moto.core.base_backend import BackendDict
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

        BackendDict.reset()
        self._app = DomainDispatcherApplication(create_backend_app)
        for call in list(world.moto_calls):
            self._answer(world, call, call.body.encode())

    def _answer(self, world: World, call: MotoCall, body: bytes) -> Response:
        from moto.moto_api._internal import mock_random

        account = world.accounts.get(call.account)
        if call.service == "iam" and account is not None:
            roles.show(world, account)
        if call.service == "organizations":
            policies.show(world)
        mock_random.seed(call.seed)  # ids that moto draws are the same in every run
        environ = {
            **_PLAIN,
            **call.environ,
            "HTTP_X_MOTO_ACCOUNT_ID": call.account,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
        }
        try:
            return Response.from_app(self._app, environ, buffered=True)
        except NotImplementedError as error:
            raise AwsError("NotImplemented", f"Not simulated: {error}", status=501) from error


def _note(request: Request, service: str, context: Context) -> MotoCall:
    """Keep what moto needs of a request; the account says who signed it, not a signature."""
    account_id = context.caller.account_id
    kept = {name: value for name, value in request.environ.items() if isinstance(value, str)}
    if service not in _REMEMBERED:
        return MotoCall(account_id, service, context.salt, kept, "")
    # Nothing that differs from run to run.
    scope = f"{account_id}/20260101/us-east-1/{service}/aws4_request"
    kept = {name: kept[name] for name in _NEEDED if name in kept} | _SOMEWHERE
    kept["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"
    return MotoCall(account_id, service, context.salt, kept, request.get_data(as_text=True))


def _writes(service: str, operation: str) -> bool:
    """Tell whether an operation that moto answered may have changed something."""
    if service == "s3":
        return operation in ("PUT", "POST", "DELETE")
    return not operation.startswith(("Get", "List", "Describe", "Simulate", "Assume"))
