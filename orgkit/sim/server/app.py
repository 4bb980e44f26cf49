"""The protocols: a WSGI application that answers as Organizations, STS, or lets moto answer."""

from __future__ import annotations

import json
import time
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.handlers import format_date_time
from xml.sax.saxutils import escape

from orgkit.sim.errors import AwsError, ConnectionDropped
from orgkit.sim.iam import sts
from orgkit.sim.iam.identity import Signature, read_signature
from orgkit.sim.moto import access, bridge, policies
from orgkit.sim.organizations import cloudtrail, permissions, validation
from orgkit.sim.organizations.operations import OWNED
from orgkit.sim.server.control_api import ControlApi
from orgkit.sim.server.engine import Engine, Reply
from orgkit.sim.server.recording import Recorder
from orgkit.sim.state.model import Context

TARGET = "AWSOrganizationsV20161128."
_REASONS = {
    200: "OK",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    409: "Conflict",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
_JSON = "application/x-amz-json-1.1"


@dataclass
class HttpAnswer:
    """What goes on the wire."""

    status: str
    body: bytes
    headers: list[tuple[str, str]] = field(default_factory=list)


def _status(code: int) -> str:
    return f"{code} {_REASONS.get(code, 'Unknown')}"


class App:
    """Every request to the simulator."""

    def __init__(self, engine: Engine, control: ControlApi, moto: bridge.Moto) -> None:
        self.engine = engine
        self.control = control
        self.last_request = time.monotonic()
        self._moto = moto
        self.recorder: Recorder | None = None
        self.sleep: Callable[[float], None] = time.sleep

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer one request, whatever it is for, with the simulated time on it."""
        self.last_request = time.monotonic()
        body = environ["wsgi.input"].read()
        answer = self._recorded(environ, body) if self.recorder else self._safely(environ, body)
        headers = [(n, v) for n, v in answer.headers if n.lower() not in ("date", "connection")]
        start_response(answer.status, [*headers, ("Date", self._date())])
        return [answer.body]

    def _recorded(self, environ: dict[str, Any], body: bytes) -> HttpAnswer:
        """One request at a time, so that the recording has the order in which they took effect."""
        assert self.recorder is not None  # noqa: S101 - asked by the only caller
        with self.recorder.lock:
            try:
                answer = self._safely(environ, body)
            except ConnectionDropped:
                self.recorder.note(environ, body, None)
                raise
            self.recorder.note(environ, body, (answer.status, answer.body))
            return answer

    def _safely(self, environ: dict[str, Any], body: bytes) -> HttpAnswer:
        """A fault of ours is an AWS-like 500 for the client, and a traceback in our log."""
        try:
            return self._route(environ, body)
        except ConnectionDropped:
            raise
        except Exception as error:  # the connection must get an answer, whatever broke
            traceback.print_exc()
            return _json_error(AwsError("InternalFailure", repr(error), status=500), "")

    def _date(self) -> str:
        """Simulated time: clients read "now" from here."""
        now: datetime = self.engine.world.now
        return format_date_time(int(now.timestamp()))

    def _route(self, environ: dict[str, Any], body: bytes) -> HttpAnswer:
        path = environ.get("PATH_INFO", "")
        if path.startswith("/_orgkit/"):
            code, content = self.control.answer(environ["REQUEST_METHOD"], path, body)
            data = json.dumps(content).encode()
            return HttpAnswer(_status(code), data, [("Content-Type", "application/json")])
        signature = read_signature(environ)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if target.startswith(TARGET):
            return self._organizations(environ, signature, target.removeprefix(TARGET), body)
        if target == f"{cloudtrail.TARGET}LookupEvents":
            return self._lookup_events(signature, body)
        form = _form(environ, body)
        if signature.service == "sts" and form.get("Action") in ("GetCallerIdentity", "AssumeRole"):
            return self._tokens(signature, form)
        operation = form.get("Action") or target.rpartition(".")[2] or environ["REQUEST_METHOD"]
        return self._by_moto(environ, signature, operation, body)

    def _organizations(
        self, environ: dict[str, Any], signature: Signature, operation: str, body: bytes
    ) -> HttpAnswer:
        signature = replace(signature, service="organizations")
        params = _params(body)
        if params is None:
            return _json_error(_NO_JSON, "")
        if operation in OWNED:
            reply = self._arrive(self.engine.organizations(signature, operation, params))
            return _json_answer(reply)
        if operation not in validation.service_model().operation_names:
            return _json_error(AwsError("UnknownOperationException"), "")
        return self._by_moto(environ, signature, operation, body, params)

    def _lookup_events(self, signature: Signature, body: bytes) -> HttpAnswer:
        params = _params(body)
        if params is None:
            return _json_error(_NO_JSON, "")

        def work(context: Context) -> dict[str, Any]:
            return cloudtrail.lookup_events(context, params, signature.region)

        call = self.engine.call(signature, "LookupEvents", params, work, writes=False)
        return _json_answer(self._arrive(call))

    def _tokens(self, signature: Signature, form: dict[str, str]) -> HttpAnswer:
        def work(context: Context) -> str:
            if form["Action"] == "AssumeRole":
                return sts.assume_role(context, form)
            return sts.get_caller_identity(context)

        call = self.engine.call(signature, form["Action"], form, work, writes=False)
        reply = self._arrive(call)
        if reply.error:
            return _xml_error(reply.error, reply.request_id)
        headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", reply.request_id)]
        return HttpAnswer(_status(200), reply.body.encode(), headers)

    def _arrive(self, reply: Reply) -> Reply:
        """The way back to the client: it may take long, and it may end midway."""
        if reply.delay:
            self.sleep(reply.delay)
        if reply.dropped:
            raise ConnectionDropped
        return reply

    def _by_moto(
        self,
        environ: dict[str, Any],
        signature: Signature,
        operation: str,
        body: bytes,
        params: dict[str, Any] | None = None,
    ) -> HttpAnswer:
        service = signature.service or "s3"

        def work(context: Context) -> bridge.MotoAnswer:
            world = self.engine.world  # moto knows no past, even where our reads lag
            if service == "organizations":
                policies.refuse_in_billing_mode(world, operation)
                policies.require_management(context)
                permissions.require(context, operation, params or {})
                validation.check(operation, params or {})
            else:
                self._moto.start(world)
                access.require(context, service, operation, environ, body)
            call = bridge.note(environ, service, context, body)
            return self._moto.call(world, call, body, bridge.writes(service, operation))

        exact = params if params is not None else [environ.get("PATH_INFO"), len(body)]
        reply = self._arrive(self.engine.call(signature, operation, exact, work, writes=True))
        if reply.error:
            error_answer = _json_error if "HTTP_X_AMZ_TARGET" in environ else _xml_error
            return error_answer(reply.error, reply.request_id)
        answer: bridge.MotoAnswer = reply.body
        return HttpAnswer(answer.status, answer.body, answer.headers)


_NO_JSON = AwsError("SerializationException", "The body is not JSON.")


def _params(body: bytes) -> dict[str, Any] | None:
    """The members of a JSON request; None if it is not one."""
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    return {name: value for name, value in content.items() if value is not None}


def _form(environ: dict[str, Any], body: bytes) -> dict[str, str]:
    """The fields of the query protocol, which STS and IAM speak."""
    if "x-www-form-urlencoded" in environ.get("CONTENT_TYPE", ""):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    return dict(parse_qsl(environ.get("QUERY_STRING", "")))


def _json_answer(reply: Reply) -> HttpAnswer:
    if reply.error:
        return _json_error(reply.error, reply.request_id)
    headers = [("Content-Type", _JSON), ("x-amzn-RequestId", reply.request_id)]
    return HttpAnswer(_status(200), json.dumps(reply.body).encode(), headers)


def _json_error(error: AwsError, request_id: str) -> HttpAnswer:
    content = {"__type": error.code, "Message": error.message}
    if error.reason:
        content["Reason"] = error.reason
    if error.code == "TooManyRequestsException":
        content["Type"] = "RATE_LIMIT_EXCEEDED"
    headers = [("Content-Type", _JSON), ("x-amzn-RequestId", request_id)]
    return HttpAnswer(_status(error.status), json.dumps(content).encode(), headers)


def _xml_error(error: AwsError, request_id: str) -> HttpAnswer:
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{error.code}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    headers = [("Content-Type", "text/xml"), ("x-amzn-RequestId", request_id)]
    return HttpAnswer(_status(error.status), text.encode(), headers)
