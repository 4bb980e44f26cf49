"""The services, a row each: which requests are theirs, who may ask, what answers, how it looks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

import werkzeug
from werkzeug.wrappers import Response

from orgkit.sim.errors import AwsError
from orgkit.sim.faults import effects
from orgkit.sim.iam import identity
from orgkit.sim.iam.identity import Signature, read_signature
from orgkit.sim.moto import access, policies
from orgkit.sim.moto.bridge import Moto
from orgkit.sim.organizations import authority, cloudtrail, timeline, validation
from orgkit.sim.organizations.operations import OWNED, WRITES
from orgkit.sim.organizations.shapes import Json
from orgkit.sim.state.model import Context

OWN_PATH = "/_orgkit/"  # no AWS service has it
TARGET = "AWSOrganizationsV20161128."
_TOKENS = {"AssumeRole": identity.assume_role, "GetCallerIdentity": identity.get_caller_identity}


class Request(werkzeug.Request):
    """What came over the wire."""

    max_form_memory_size = None  # S3 takes any body, also one that claims to be a form

    @property
    def target(self) -> str:
        """The operation of the JSON protocol, with its service and version before a dot."""
        return self.headers.get("X-Amz-Target", "")

    @property
    def operation(self) -> str:
        """The operation of Organizations, empty for a request to another service."""
        return self.target.partition(TARGET)[2]

    @cached_property
    def fields(self) -> dict[str, str]:
        """The fields of the query protocol, which STS and IAM speak."""
        self.get_data()  # keeps the body, which reading the form would use up
        form = self.mimetype == "application/x-www-form-urlencoded"
        given: Mapping[str, str] = self.form if form else self.args
        return {name: value for name, value in given.items() if value}

    @property
    def members(self) -> Json:
        """The members of the JSON protocol; one that is null is one that is not there."""
        try:
            content = json.loads(self.get_data() or b"{}")
        except ValueError:
            content = None
        if not isinstance(content, dict):
            raise AwsError("SerializationException", "The body is not JSON.")
        return {name: value for name, value in content.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, of which service, signed by whom."""

    service: ServiceRow
    signature: Signature
    operation: str
    params: Any  # for a service that moto plays, no more than what tells two calls apart
    request: Request


@dataclass(frozen=True, slots=True)
class Protocol:
    """How answers and errors of a service look on the wire, given the request's id."""

    answer: Callable[[Any, str], Response]
    error: Callable[[AwsError, str], Response]


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A row: each step of a request that differs from service to service."""

    fits: Callable[[Request, Signature], bool]
    read: Callable[[Request], tuple[str, Any]]  # the operation and its parameters
    protocol: Protocol
    dispatch: Callable[[Context, Asked], Any]
    authorize: Callable[[Context, Asked], None] = lambda context, asked: None
    validate: Callable[[Asked], None] = lambda asked: None
    writes: Callable[[str], bool] = lambda operation: False
    name: str = ""  # said by the row itself, where the signature's word does not count
    signed: bool = True  # else there is no caller: no fault hits it, and it counts as no call


def read(request: Request, services: tuple[ServiceRow, ...]) -> Asked:
    """Find the row for a request, and what is asked of it; the first one that fits has it."""
    signature = read_signature(request.headers)
    service = next(row for row in services if row.fits(request, signature))
    operation, params = service.read(request)
    if service.name:
        signature = replace(signature, service=service.name)
    return Asked(service, signature, operation, params, request)


def table(moto: Moto, own: Callable[[Request], Response]) -> tuple[ServiceRow, ...]:
    """List the services, the simulator's own API first; what no row before claims is moto's."""
    return (
        ServiceRow(
            signed=False,
            fits=lambda request, _: request.path.startswith(OWN_PATH),
            read=lambda request: (request.path, None),
            dispatch=lambda _, asked: own(asked.request),
            protocol=replace(JSON, answer=_as_is),
        ),
        ServiceRow(
            name="organizations",
            fits=lambda request, _: request.operation in OWNED,
            read=_read_json,
            authorize=lambda context, asked: authority.require_permission(
                context, asked.operation, asked.params
            ),
            validate=lambda asked: validation.check(asked.operation, asked.params),
            dispatch=_organizations,
            writes=WRITES.__contains__,
            protocol=JSON,
        ),
        # After the row above: what the state machine owns never reaches moto.
        ServiceRow(  # policies, tags, delegation: what moto does well
            name="organizations",
            fits=lambda request, _: request.target.startswith(TARGET),
            read=_read_known_json,
            authorize=_authorize_organizations_by_moto,
            validate=lambda asked: validation.check(asked.operation, asked.params),
            dispatch=partial(_by_moto, moto),
            writes=lambda _: True,
            protocol=replace(JSON, answer=_as_is),
        ),
        ServiceRow(
            fits=lambda request, _: request.target == f"{cloudtrail.TARGET}LookupEvents",
            read=_read_json,
            authorize=lambda context, _: cloudtrail.require(context),
            dispatch=lambda context, asked: cloudtrail.lookup_events(
                context, asked.params, asked.signature.region
            ),
            protocol=JSON,
        ),
        ServiceRow(
            fits=lambda request, signature: (
                signature.service == "sts" and request.fields.get("Action") in _TOKENS
            ),
            read=lambda request: (request.fields["Action"], request.fields),
            dispatch=lambda context, asked: _TOKENS[asked.operation](context, asked.params),
            protocol=XML,
        ),
        # KMS and whoever else speaks JSON; then IAM, S3, other calls to STS.
        _played_by_moto(moto, JSON, lambda request, _: bool(request.target)),
        _played_by_moto(moto, XML, lambda request, _: True),
    )


def _played_by_moto(
    moto: Moto, protocol: Protocol, fits: Callable[[Request, Signature], bool]
) -> ServiceRow:
    return ServiceRow(
        fits=fits,
        read=_read_for_moto,
        authorize=partial(_authorize_by_moto, moto),
        dispatch=partial(_by_moto, moto),
        writes=lambda _: True,
        protocol=replace(protocol, answer=_as_is),
    )


def _read_json(request: Request) -> tuple[str, Json]:
    return request.target.rpartition(".")[2], request.members


def _read_known_json(request: Request) -> tuple[str, Json]:
    operation, params = request.operation, request.members
    if operation not in validation.service_model().operation_names:
        raise AwsError("UnknownOperationException")
    return operation, params


def _read_for_moto(request: Request) -> tuple[str, Any]:
    target = request.target.rpartition(".")[2]
    operation = request.fields.get("Action") or target or request.method
    # The path as it came: decoding could make two requests one.
    return operation, [request.environ.get("PATH_INFO"), len(request.get_data())]


def _organizations(context: Context, asked: Asked) -> Json:
    """Answer an operation that the state machine owns."""
    answer = OWNED[asked.operation](context, effects.unwrap(asked.operation, asked.params))
    timeline.note_reads(context.world, asked.operation)
    return answer


def _authorize_organizations_by_moto(context: Context, asked: Asked) -> None:
    # moto stores the feature set and the management account, and looks at neither.
    policies.refuse_in_billing_mode(context.world, asked.operation)
    authority.require_management(context)
    authority.require_permission(context, asked.operation, asked.params)


def _authorize_by_moto(moto: Moto, context: Context, asked: Asked) -> None:
    moto.start(context.world)
    access.require(context, asked.signature.service or "s3", asked.operation, asked.request)


def _by_moto(moto: Moto, context: Context, asked: Asked) -> Response:
    return moto.call(context, asked.signature.service or "s3", asked.operation, asked.request)


def _as_is(response: Response, _: str) -> Response:
    return response


def respond(status: int, body: str, content_type: str, request_id: str | None = None) -> Response:
    """Put an answer into HTTP; the reason phrase is AWS's, where werkzeug would write capitals."""
    phrase = f"{status} {HTTPStatus(status).phrase}"
    headers = {} if request_id is None else {"x-amzn-RequestId": request_id}
    return Response(body, phrase, headers, content_type=content_type)


def plain_json(status: int, content: Any) -> Response:
    """Answer in the simulator's own API."""
    return respond(status, json.dumps(content), "application/json")


def refused(problem: str, do_this: str, status: int = HTTPStatus.FORBIDDEN) -> Response:
    """Refuse, with what was wrong and what to do."""
    return plain_json(status, {"problem": problem, "do_this": do_this})


def _json(status: int, content: Json, request_id: str) -> Response:
    return respond(status, json.dumps(content), "application/x-amz-json-1.1", request_id)


def _json_error(error: AwsError, request_id: str) -> Response:
    content = {"__type": error.code, "Message": error.message}
    if error.reason:
        content["Reason"] = error.reason
    if error.code == "TooManyRequestsException":
        content["Type"] = "RATE_LIMIT_EXCEEDED"
    return _json(error.status, content, request_id)


def _xml_error(error: AwsError, request_id: str) -> Response:
    text = (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{error.code}</Code>"
        f"<Message>{escape(error.message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    )
    return respond(error.status, text, "text/xml", request_id)


JSON = Protocol(partial(_json, 200), _json_error)
XML = Protocol(lambda text, request_id: respond(200, text, "text/xml", request_id), _xml_error)
