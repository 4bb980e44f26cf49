"""Every field of every answer spoiled in every way, on the wire, and what the kit makes of it.

A world's answers are recorded once from the simulator, and replayed with one of them altered before
the SDK parses it. `python -m tests.support.malformed` tries every case and prints what is wrong.
"""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import boto3
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from orgkit import actions
from orgkit.aws import Organization
from orgkit.aws.answers import hold_to_model
from orgkit.aws.call_log import CallLog
from orgkit.aws.write_guard import WriteGuard
from orgkit.checks import Finding, run
from orgkit.errors.exceptions import OrgkitError
from orgkit.evidence.journal.projection import Projection, project
from orgkit.formats import canonical
from orgkit.migration.inputs import NO_INPUTS
from orgkit.migration.state import MigrationState, assess
from orgkit.snapshot import snapshot
from orgkit.snapshot.snapshot import Snapshot
from orgkit.terms import ACCESS_ROLE, Phase, Verdict

MISSING = object()
LONG = "x" * 20_000
# What may stand in the place of any value; None is JSON's null.
SPOILED: tuple[Any, ...] = (
    MISSING, None, 7, -1, True, 1.5, "", "ALIEN_V2", LONG, "\x00\x1b[2J\u202e\ud800", "../../x",
    [], {}, ["a"], [None], [["a"]], {"a": "b"}, [{"a": None}],
)  # fmt: skip
# Moments are numbers on the wire: year 1, before AWS, 9999, beyond any calendar, in words.
MOMENTS: tuple[Any, ...] = (-62135596800, 0, 1e9, 4102444800, 253402300799, 1e18, "soon", "9999")
Path = tuple[str | int, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in an answer."""
    if at:
        yield at
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from paths(inner, (*at, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from paths(inner, (*at, number))


def spoil(answer: Any, path: Path, value: Any) -> Any:
    """The answer with another value in one place; unchanged where there is no such place."""
    altered = copy.deepcopy(answer)
    at = altered
    try:
        for step in path[:-1]:
            at = at[step]
        at[path[-1]]  # a place that is not there stays so
        if value is MISSING:
            del at[path[-1]]
        else:
            at[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        return answer
    return altered


def legal(path: Path, before: Any, value: Any) -> bool:
    """Whether AWS could mean this: then another phase would be right, and nothing is malformed."""
    name = str(path[-1])
    if value == before or (name == "NextToken" and value in (MISSING, None, "")):
        return True
    if isinstance(before, list) and value == [] and name in _MAY_BE_EMPTY:
        return True
    # An item that is gone altogether is a shorter list.
    return isinstance(path[-1], int) and value is MISSING


_MAY_BE_EMPTY = ("Handshakes", "PolicyTypes", "CreateAccountStatuses", "Quotas", "trailList")
Key = tuple[str, str]


@dataclass
class Wire:
    """Answers by operation and request; some of them altered on their way."""

    endpoint: str
    known: dict[Key, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    alter: Callable[[str, Any], Any] | None = None
    raw: tuple[str, bytes] | None = None

    def organization(self) -> Organization:
        """The real gateway on this wire; what is not known yet is asked of the simulator."""
        session = boto3.Session("111111111111", "simulator", region_name="us-east-1")
        record, guard = CallLog(), WriteGuard()
        for listen in (guard.watch, record.listen, hold_to_model):
            listen(session.events)
        session.events.register("before-send", self._send)
        session.events.register_first("after-call", self._parsed)
        return Organization(
            signed_in={"target": "sim", "profile": "", "role_arn": "", "organization_id": ""},
            session=session,
            endpoint=self.endpoint,
            record=record,
            guard=guard,
            limiter=None,
            config=Config(retries={"total_max_attempts": 1}, max_pool_connections=16),
        )

    def _send(self, request: Any, **_: Any) -> AWSResponse:
        operation, body = _asked(request)
        key = (operation, f"{request.url} {body}")
        if key not in self.known:
            self.known[key] = _fetch(request)
        status, headers, content = self.known[key]
        if self.raw and self.raw[0] == operation:
            content = self.raw[1]
        elif self.alter and status == 200 and content.startswith(b"{"):
            content = json.dumps(self.alter(operation, json.loads(content))).encode()
        return AWSResponse(request.url, status, _Headers(headers), _Raw(content))

    def _parsed(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        """XML is altered after the parser: what the kit meets is the same."""
        protocol = model.service_model.metadata["protocol"]
        if self.alter and protocol in ("query", "ec2") and "Error" not in parsed:
            meta = parsed.pop("ResponseMetadata", {})
            altered = self.alter(model.name, dict(parsed))
            parsed.clear()
            parsed.update(altered if isinstance(altered, dict) else {})
            parsed["ResponseMetadata"] = meta


class _Headers(dict[str, str]):
    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in known.items()})


class _Raw:
    def __init__(self, body: bytes) -> None:
        self._body = io.BytesIO(body)

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self._body.read()


def _asked(request: Any) -> tuple[str, str]:
    body = request.body or b""
    text = body.decode() if isinstance(body, bytes) else str(body)
    target = request.headers.get("X-Amz-Target")
    if target:
        said = target.decode() if isinstance(target, bytes) else str(target)
        return said.rpartition(".")[2], text
    return parse_qs(text).get("Action", [""])[0], text


def _fetch(request: Any) -> tuple[int, dict[str, str], bytes]:
    from botocore.httpsession import URLLib3Session

    response = URLLib3Session().send(request)
    return response.status_code, dict(response.headers), response.content


@dataclass(frozen=True)
class Case:
    """One answer spoiled in one place."""

    operation: str
    path: Path
    value: Any

    def __str__(self) -> str:
        """Name it shortly."""
        shown = "missing" if self.value is MISSING else ascii(self.value)[:24]
        return f"{self.operation} {'.'.join(map(str, self.path))} = {shown}"


class World:
    """One phase of an organization: what is said of it untouched, and how to see it spoiled."""

    def __init__(self, endpoint: str) -> None:
        self.wire = Wire(endpoint)
        self.organization = self.wire.organization()
        self.answers: dict[str, list[Any]] = {}
        self.wire.alter = self._note
        # Looks into members cost most, so they are taken only where their answers are spoiled.
        self.states = {thorough: self.look(thorough=thorough) for thorough in (True, False)}
        self.wire.alter = None
        self.state = self.states[False]
        found = {thorough: run(state) for thorough, state in self.states.items()}
        self.verdicts = {thorough: _worst(each) for thorough, each in found.items()}
        self.allowed = writes(self.state, found[False])

    def _note(self, operation: str, answer: Any) -> Any:
        self.answers.setdefault(operation, []).append(copy.deepcopy(answer))
        return answer

    def look(self, before: Projection | None = None, *, thorough: bool) -> MigrationState:
        """Observe: who, which organization, a snapshot, the journal's memory of it."""
        role = ACCESS_ROLE if thorough else ""
        taken = snapshot.take(self.organization, role, thorough=thorough)
        told = taken.to_json()
        canonical(told)
        same = Snapshot.from_json(json.loads(json.dumps(told)))
        assert same.to_json() == told
        return assess(taken, project(before or Projection(), told), NO_INPUTS)

    def cases(self) -> Iterator[Case]:
        """Every place of every kind of answer, spoiled in every way."""
        for operation, answers in sorted(self.answers.items()):
            seen: set[Path] = set()
            for answer in answers:
                for path in paths(answer):
                    if path in seen or not _first_of_a_kind(path):
                        continue
                    seen.add(path)
                    before = _at(answer, path)
                    for value in SPOILED + (MOMENTS if "Timestamp" in str(path[-1]) else ()):
                        if not legal(path, before, value):
                            yield Case(operation, path, value)

    def wrong(self, case: Case, *, remembered: bool) -> list[str]:
        """What the kit makes of a case that it must not."""
        self.wire.alter = lambda operation, answer: (
            spoil(answer, case.path, case.value) if operation == case.operation else answer
        )
        try:
            before = self.state.projection if remembered else None
            return list(self._judged(before, thorough=case.operation not in _QUICK))
        finally:
            self.wire.alter = None

    def answered_raw(self, operation: str, body: bytes) -> list[str]:
        """What the kit makes of an answer that is no answer at all."""
        self.wire.raw = (operation, body)
        try:
            return list(self._judged(None, thorough=operation not in _QUICK))
        finally:
            self.wire.raw = None

    def _judged(self, before: Projection | None, *, thorough: bool) -> Iterator[str]:
        try:
            state = self.look(before, thorough=thorough)
            found = run(state)
            findings, allowed = _worst(found), writes(state, found)
        except OrgkitError:
            return  # said plainly: nothing follows
        except Exception as error:
            yield f"{type(error).__name__}: {error}"[:200]
            return
        if state.phase not in (self.state.phase, Phase.UNKNOWN):
            yield f"phase {state.phase} where it is {self.state.phase}: {state.why}"
        if state.phase is Phase.UNKNOWN and allowed:
            yield f"UNKNOWN, and yet allowed: {sorted(allowed)}"
        if more := allowed - self.allowed:
            yield f"allowed: {sorted(more)}"
        for name, verdict in self.verdicts[thorough].items():
            bad = verdict in (Verdict.FAIL, Verdict.UNKNOWN)
            if bad and findings.get(name) in (Verdict.PASS, Verdict.INFO):
                yield f"{name}: {findings[name]} where it is {verdict}"


_QUICK = frozenset(
    {
        "DescribeOrganization",
        "GetCallerIdentity",
        "ListAccounts",
        "ListCreateAccountStatus",
        "ListHandshakesForOrganization",
        "ListRoots",
    }
)


def _first_of_a_kind(path: Path) -> bool:
    """Of long lists the first five items are spoiled, of lists within lists two."""
    numbers = [step for step in path if isinstance(step, int)]
    return all(n < (5 if i == 0 else 2) for i, n in enumerate(numbers))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _worst(findings: list[Finding]) -> dict[str, Verdict]:
    found: dict[str, Verdict] = {}
    for finding in findings:  # the worst first
        found.setdefault(finding.id, finding.verdict)
    return found


def writes(state: MigrationState, findings: list[Finding]) -> set[str]:
    """The calls that the kit would send now if they were confirmed."""
    members = [str(r.account_id) for r in state.board.itertuples()][:1]
    plans: list[Callable[[], Any]] = [
        lambda: actions.request(state, findings),
        lambda: actions.cancel(state),
        lambda: actions.finalize(state),
        lambda: actions.policy_types(state, ["SERVICE_CONTROL_POLICY", "TAG_POLICY"]),
        *(lambda m=m: actions.remove(state, m) for m in members),  # type: ignore[misc]
    ]
    found: set[str] = set()
    for plan in plans:
        try:
            made = plan()
        except OrgkitError:
            continue
        if not made.not_now:
            found |= {f"{w.operation} {json.dumps(dict(w.parameters))}" for w in made.writes}
    return found


def main() -> None:
    """Try every case in every phase; print what is wrong, and how many were tried."""
    from orgkit.sim.server.serve import open_world
    from tests.snapshot.test_malformed import PHASES, reach
    from tests.support.simulator import served

    for phase in PHASES:
        with served(open_world("acme", None)) as service:
            reach(service.endpoint, phase)
            world = World(service.endpoint)
            tried = enumerate(world.cases(), 1)
            for number, case in tried:
                for wrong in world.wrong(case, remembered=bool(number % 2)):
                    print(f"{phase}: {case}: {wrong}")  # noqa: T201
            print(f"{phase}: {sum(1 for _ in world.cases())} cases")  # noqa: T201


if __name__ == "__main__":
    main()
