"""Every documented cause has a remedy; what has none is listed here with the reason."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import botocore.exceptions
import pytest
import yaml
from botocore.model import ServiceModel
from botocore.session import Session

import orgkit
from orgkit.aws.session import _KEEPING
from orgkit.errors.remedies import (
    MANAGEMENT,
    MEMBER,
    SUPPORT,
    YOU,
    aliases,
    cannot_occur,
    find,
    remedies,
)
from orgkit.iam.roles import NOTEBOOKS, actions

TABLES = Path(orgkit.__file__).parent / "errors" / "remedies"
# Documented error codes that reach the user with their traceback, and why.
LEFT_LOUD: dict[str, str] = {}
# What botocore raises for settings, sign-in and network; its other errors are faults of programs.
SDK_TROUBLE = [
    "ConfigNotFound",
    "ConfigParseError",
    "ConnectionClosedError",
    "ConnectionError",
    "ConnectTimeoutError",
    "CredentialRetrievalError",
    "EndpointConnectionError",
    "EndpointProviderError",
    "EndpointResolutionError",
    "EndpointVariantError",
    "HTTPClientError",
    "IncompleteReadError",
    "InfiniteLoopConfigError",
    "InvalidConfigError",
    "InvalidDefaultsMode",
    "InvalidEndpointConfigurationError",
    "InvalidIMDSEndpointError",
    "InvalidMaxRetryAttemptsError",
    "InvalidProxiesConfigError",
    "InvalidRegionError",
    "InvalidRetryConfigurationError",
    "InvalidRetryModeError",
    "InvalidSTSRegionalEndpointsConfigError",
    "LoginInsufficientPermissions",
    "LoginRefreshRequired",
    "LoginTokenLoadError",
    "MetadataRetrievalError",
    "MissingDependencyException",
    "NoAuthTokenError",
    "NoCredentialsError",
    "NoRegionError",
    "PaginationError",
    "ParamValidationError",
    "PartialCredentialsError",
    "ProfileNotFound",
    "ProxyConnectionError",
    "ReadTimeoutError",
    "RefreshWithMFAUnsupportedError",
    "ServiceNotInRegionError",
    "SSLError",
    "SSOTokenLoadError",
    "TokenRetrievalError",
    "UnauthorizedSSOTokenError",
    "UnknownCredentialError",
    "UnknownEndpointError",
    "UnknownFIPSEndpointError",
    "UnknownRegionError",
    "UnknownTokenProviderError",
]


@cache
def model(service: str = "organizations") -> ServiceModel:
    """The installed service model."""
    return Session().get_service_model(service)


@cache
def called() -> list[str]:
    """Every Organizations operation that the package calls, simulator left out."""
    package = Path(orgkit.__file__).parent
    files = [f for f in package.rglob("*.py") if "sim" not in f.relative_to(package).parts]
    # These name what others call, and what AWS counts: orgkit calls none of it.
    for other in (package / "aws" / "cloudtrail.py", package / "facts.py"):
        files.remove(other)
    source = "\n".join(f.read_text(encoding="utf-8") for f in files)
    return sorted(name for name in model().operation_names if f'"{name}"' in source)


def codes_of(operation: str) -> list[str]:
    """The error codes that the service model declares for an operation."""
    return [shape.name for shape in model().operation_model(operation).error_shapes]


def test_the_calls_of_the_process_are_found_in_the_package() -> None:
    """The walk below is only worth something if it sees what orgkit calls."""
    assert {
        "AcceptHandshake",
        "CancelHandshake",
        "DescribeOrganization",
        "EnableAllFeatures",
        "EnablePolicyType",
        "ListAccounts",
        "ListHandshakesForOrganization",
        "ListRoots",
        "RemoveAccountFromOrganization",
    } <= set(called())


@pytest.mark.parametrize(("operation", "code"), [(o, c) for o in called() for c in codes_of(o)])
def test_every_documented_error_of_every_call_has_a_remedy(operation: str, code: str) -> None:
    """Nobody sees a bare ClientError for a documented cause."""
    assert find(code) is not None or code in LEFT_LOUD


def beside() -> list[tuple[str, str, str]]:
    """Service, operation and error code of every call of a notebook to another service."""
    declared = sorted({tuple(a.split(":")) for n in NOTEBOOKS for a in actions(n)})
    return [
        (service, operation, str(shape.metadata.get("error", {}).get("code", shape.name)))
        for service, operation in declared
        if service != "organizations"
        for shape in model({"servicequotas": "service-quotas"}.get(service, service))
        .operation_model(operation)
        .error_shapes
    ]


@pytest.mark.parametrize(("service", "operation", "code"), beside())
def test_every_documented_error_of_another_service_has_a_remedy(
    service: str, operation: str, code: str
) -> None:
    """A part that cannot be read becomes UNKNOWN only if its error is understood."""
    assert find(code) is not None, f"{service}:{operation}"


def keeping() -> list[tuple[str, str]]:
    """Operation and error code of every call that keeps or signs evidence."""
    return [
        (operation, str(shape.metadata.get("error", {}).get("code", shape.name)))
        for service, operations in _KEEPING.items()
        for operation in sorted(operations)
        for shape in model(service).operation_model(operation).error_shapes
        if shape.name != "NoSuchKey"  # a file that is missing, which stores say in files' own way
    ]


@pytest.mark.parametrize(("operation", "code"), keeping())
def test_every_documented_error_of_keeping_evidence_has_a_remedy(operation: str, code: str) -> None:
    """S3 and KMS are explained as Organizations is."""
    assert find(code) is not None, operation


def test_nothing_is_left_loud_in_vain() -> None:
    """An entry whose error has a remedy by now, or is declared nowhere, must go."""
    declared = {code for operation in called() for code in codes_of(operation)}
    assert all(code in declared and find(code) is None for code in LEFT_LOUD)


def reasons() -> list[tuple[str, str]]:
    """Every reason that the service model knows, of the errors of orgkit's calls."""
    codes = dict.fromkeys(code for operation in called() for code in codes_of(operation))
    known = [code for code in codes if f"{code}Reason" in model().shape_names]
    return [(code, reason) for code in known for reason in model().shape_for(f"{code}Reason").enum]


def test_four_errors_carry_a_reason() -> None:
    """The walk below sees them all."""
    assert {code for code, _ in reasons()} == {
        "AccessDeniedForDependencyException",
        "ConstraintViolationException",
        "HandshakeConstraintViolationException",
        "InvalidInputException",
    }


@pytest.mark.parametrize(("code", "reason"), reasons())
def test_every_reason_has_its_own_remedy_or_cannot_occur(code: str, reason: str) -> None:
    """A reason of a newer botocore fails here by its name until somebody has thought about it."""
    assert ((code, reason) in remedies()) is not ((code, reason) in cannot_occur())
    assert find(code, reason) is not None


def test_every_reason_in_the_tables_is_one_of_aws() -> None:
    """A misspelled reason would never be found."""
    named = {(code, reason) for code, reason in remedies() if reason} | set(cannot_occur())
    assert named == set(reasons())


@pytest.mark.parametrize("why", sorted(set(cannot_occur().values())))
def test_what_cannot_occur_says_why(why: str) -> None:
    """One clause, about a call that orgkit does not make."""
    assert why.startswith(("orgkit ", "no call of orgkit "))


@pytest.mark.parametrize("name", SDK_TROUBLE)
def test_trouble_of_the_sdk_is_explained(name: str) -> None:
    """Settings, sign-in and network as botocore reports them, by the class or a base of it."""
    kinds = getattr(botocore.exceptions, name).__mro__
    assert any(find(kind.__name__) for kind in kinds)


@pytest.mark.parametrize(
    "reason",
    [
        "ORGANIZATION_ALREADY_HAS_ALL_FEATURES",
        "ORGANIZATION_IS_ALREADY_PENDING_ALL_FEATURES_MIGRATION",
        "HANDSHAKE_RATE_LIMIT_EXCEEDED",
        "LEGACY_PERMISSIONS_STILL_IN_USE",
        "MANAGEMENT_ACCOUNT_EMAIL_NOT_VERIFIED",
        "PAST_DUE_INVOICE",
        "PAYMENT_INSTRUMENT_REQUIRED",
    ],
)
def test_reasons_of_this_process_have_their_own_remedy(reason: str) -> None:
    """The causes that stop the process say more than the general remedy does."""
    code = "HandshakeConstraintViolationException"
    assert find(code, reason) is not find(code)


def test_an_unknown_key_in_a_table_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelled key would silently fall back to its default."""
    entry = {"problem": "It broke.", "do_this": "Mend it.", "actr": YOU}
    monkeypatch.setattr("orgkit.errors.remedies.shipped", lambda *_: {"BrokenException": entry})
    with pytest.raises(TypeError, match="actr"):
        remedies.__wrapped__()


@pytest.mark.parametrize("file", sorted(TABLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_no_key_of_a_table_stands_twice(file: Path) -> None:
    """YAML would take the last one and say nothing."""

    def mappings(node: yaml.Node) -> Iterator[list[str]]:
        if isinstance(node, yaml.MappingNode):
            yield [key.value for key, _ in node.value]
            for _, value in node.value:
                yield from mappings(value)

    for keys in mappings(yaml.compose(file.read_text(encoding="utf-8"))):
        assert len(keys) == len(set(keys))


def test_no_other_name_stands_in_two_rows() -> None:
    """One of the two would never be found."""
    assert len(aliases()) == sum(len(remedy.also) for remedy in remedies().values())


def test_the_tables_are_not_read_before_the_first_error() -> None:
    """Importing the errors must stay quick: each command does it."""
    code = "import sys, orgkit.errors; sys.exit('yaml' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_reason_is_compared_up_to_its_colon() -> None:
    """AWS appends the offending field to some reasons."""
    code = "HandshakeConstraintViolationException"
    assert find(code, "PAST_DUE_INVOICE:ACCOUNT") is remedies()[code, "PAST_DUE_INVOICE"]


def test_a_reason_that_is_new_falls_back_to_the_code() -> None:
    """AWS adds reasons without notice; the general remedy still helps."""
    assert find("ConstraintViolationException", "BRAND_NEW") is find("ConstraintViolationException")


def test_a_code_that_nobody_knows_has_no_remedy() -> None:
    """What we do not understand stays loud."""
    assert find("BrandNewException") is None


@pytest.mark.parametrize(("alias", "code"), aliases().items())
def test_other_names_of_the_same_trouble_lead_to_the_same_remedy(alias: str, code: str) -> None:
    """Services and botocore name the same trouble differently."""
    assert find(alias) is remedies()[code, None]


@pytest.mark.parametrize("key", remedies(), ids=lambda key: "-".join(str(k) for k in key))
def test_a_remedy_says_what_happened_what_to_do_and_who(key: tuple[str, str | None]) -> None:
    """Each row has all three in whole sentences, and an actor that exists."""
    remedy = remedies()[key]
    assert remedy.problem.endswith(".")
    assert remedy.do_this.endswith(".")
    assert remedy.actor in {MANAGEMENT, MEMBER, YOU, SUPPORT}
    here = key in remedies("machine")  # no page of AWS speaks of this machine
    assert remedy.more.startswith("https://docs.aws.amazon.com/") is not here
    assert "|" not in f"{remedy.problem}{remedy.do_this}", "it would break the table"
