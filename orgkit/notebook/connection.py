"""Which organization: what a notebook's parameters say, or what was chosen in the front end.

A choice is made in 00_start_here or by `orgkit lab --profile`, and holds for the notebooks of that
one Jupyter server until it ends. Parameters that are not left as they are always win, and batch
runs know no choice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from orgkit import aws
from orgkit.aws import Organization
from orgkit.aws.session import decide_target
from orgkit.catalog import Parameter
from orgkit.environment import CONNECTION, SERVER, home, value
from orgkit.notebook.frontend import front_end, interactive
from orgkit.notebook.given import refuse_wrong_types
from orgkit.notebook.kernel import Kernel
from orgkit.private_files import private_folder, write_private


@dataclass(frozen=True, slots=True)
class Connection:
    """The parameters that say which organization; none of them is a secret."""

    target: str = "sim"
    profile: str = ""
    role_arn: str = ""
    organization_id: str = ""


def stated(
    target: str | None = None, profile: str = "", role_arn: str = "", organization_id: str = ""
) -> Connection:
    """Apply the rule for target and profile. Raises `UsageError` for what contradicts itself."""
    texts = {"profile": profile, "role_arn": role_arn, "organization_id": organization_id}
    refuse_wrong_types({name: Parameter(name, "str", "", "") for name in texts}, texts)
    return Connection(decide_target(target, profile, role_arn), profile, role_arn, organization_id)


def _file() -> Path:
    return home() / ".orgkit" / "connection.json"


def chosen() -> Connection | None:
    """Read what was chosen for the notebooks of this server; None if nothing was."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(_file().read_text(encoding="utf-8"))
        # A choice of yesterday's JupyterLab must not send today's notebooks to AWS.
        if kept.pop("server") == value(SERVER):
            return stated(**kept)
    with suppress(ValueError, TypeError):
        return stated(**json.loads(value(CONNECTION)))
    return None


def choose(connection: Connection) -> None:
    """Remember a choice for the other notebooks of this server."""
    kept = asdict(connection) | {"server": value(SERVER)}
    private_folder(_file().parent)
    write_private(_file(), json.dumps(kept).encode())


def effective(given: Mapping[str, str]) -> Connection:
    """Take what a notebook's parameters say if any was set, else what was chosen.

    Raises `UsageError` for parameters that contradict each other.
    """
    asked = stated(**given)
    # In batch only what stands in the call counts, or a run could not be repeated.
    if not interactive() or asked != Connection():
        return asked
    return chosen() or asked


def connect(
    target: str | None = None,
    *,
    profile: str = "",
    role_arn: str = "",
    organization_id: str = "",
) -> Organization:
    """Sign in and read the organization; changes nothing. Raises like `orgkit.aws.connect`.

    In a notebook its parameters are checked first: nobody is signed in by a wrong guess.
    """
    Kernel.here().check_parameters(front_end())
    asked = stated(target, profile, role_arn, organization_id)
    return connect_to(effective(asdict(asked)))


def connect_to(connection: Connection) -> Organization:
    """Sign in as stated. Raises like `orgkit.aws.connect`."""
    return aws.connect(**asdict(connection))
