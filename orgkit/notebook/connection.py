"""Which organization: what a notebook's parameters say, or what was chosen in the front end.

A choice is made in 00_start_here or by `orgkit lab --profile`, and holds for the notebooks of that
one Jupyter server until it ends: it is kept under a name of the server that nobody can guess, which
ends with it. Parameters that are not left as they are always win, and batch runs know no choice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from orgkit import aws
from orgkit.aws import Organization
from orgkit.aws.session import decide_target
from orgkit.catalog import Parameter
from orgkit.environment import CONNECTION, SERVER, SERVER_TOKEN, home, value
from orgkit.notebook.frontend import front_end, interactive
from orgkit.notebook.given import refuse_wrong_types
from orgkit.notebook.kernel import Kernel
from orgkit.notebook.outputs import guard
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


def server_name() -> str:
    """Name this kernel's server by what only it knows; "" where it has no such thing."""
    number = value(SERVER)
    token = value(SERVER_TOKEN) or _token_of(number)
    if not number or not token:
        return ""
    # With the number: a server started in a terminal of another one inherits its variables.
    return sha256(f"orgkit server {number} {token}".encode()).hexdigest()


def _token_of(number: str) -> str:
    """Read the token that a running Jupyter server keeps in a file for its own tools."""
    if not number.isdecimal():
        return ""
    from jupyter_core.paths import jupyter_runtime_dir

    told = Path(jupyter_runtime_dir()) / f"jpserver-{number}.json"
    with suppress(OSError, ValueError, TypeError, KeyError):
        kept = json.loads(told.read_text(encoding="utf-8"))
        # Numbers come again, and some people set their own token: with the moment it is unique.
        return f"{kept['token']} {told.stat().st_mtime_ns}" if kept["token"] else ""
    return ""


def chosen() -> Connection | None:
    """Read what was chosen for the notebooks of this server; None if nothing was."""
    server = server_name()
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        kept = json.loads(_file().read_text(encoding="utf-8"))
        # A choice of yesterday's JupyterLab must not send today's notebooks to AWS.
        if server and compare_digest(str(kept.pop("server")), server):
            return stated(**kept)
    with suppress(ValueError, TypeError):
        return stated(**json.loads(value(CONNECTION)))
    return None


def choose(connection: Connection) -> bool:
    """Remember a choice for the other notebooks of this server; False where it has no name.

    The file is for its owner alone.
    """
    server = server_name()
    if not server:
        return False
    private_folder(_file().parent)
    write_private(_file(), json.dumps(asdict(connection) | {"server": server}).encode())
    return True


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
    guard()  # before the first thing that may go wrong
    Kernel.here().check_parameters(front_end())
    asked = stated(target, profile, role_arn, organization_id)
    return connect_to(effective(asdict(asked)))


def connect_to(connection: Connection) -> Organization:
    """Sign in as stated. Raises like `orgkit.aws.connect`."""
    guard()  # a form calls this without the above
    return aws.connect(**asdict(connection))
