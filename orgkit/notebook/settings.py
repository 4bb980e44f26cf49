"""Parameters that were typed into fields: kept for the notebooks of one Jupyter server.

They take the place of parameters that were left as the notebook declares them; what stands in a
parameters cell always wins, and batch runs know no fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from hmac import compare_digest
from pathlib import Path
from typing import Any

from orgkit.catalog import Parameter
from orgkit.environment import home
from orgkit.notebook.connection import server_name
from orgkit.notebook.given import given
from orgkit.notebook.kernel import Kernel
from orgkit.private_files import private_folder, write_private

# Parameters with a control of their own, or that act at once.
ELSEWHERE = frozenset(
    [
        "target",
        "profile",
        "role_arn",
        "organization_id",
        "confirm",
        "waive",
        "policy_types",
        "sim_advance",
    ]
)


def offered(kernel: Kernel) -> dict[str, Parameter]:
    """List the parameters of the notebook that have a field, as its parameters cell declares."""
    if kernel.shell is None:
        return {}
    declared = given(kernel.history()).declared
    return {name: p for name, p in declared.items() if name not in ELSEWHERE}


def apply(kernel: Kernel) -> dict[str, Any]:
    """Set what was kept, where the notebook's own value is the default; gives all values."""
    fields, known = offered(kernel), kept()
    names = kernel.shell.user_ns if kernel.shell is not None else {}
    for name, parameter in fields.items():
        untouched = names.get(name) == parameter.default
        if untouched and name in known and parameter.fits(known[name]):
            names[name] = known[name]
    return {name: names.get(name, p.default) for name, p in fields.items()}


def kept() -> Mapping[str, Any]:
    """Read what was kept for this server; nothing where it cannot be read or is of another."""
    server = server_name()
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        said = json.loads(_file().read_text(encoding="utf-8"))
        if server and compare_digest(str(said["server"]), server):
            return dict(said["values"])
    return {}


def keep(values: Mapping[str, Any]) -> bool:
    """Keep values beside those of other notebooks; False where this server has no name.

    The file is for its owner alone.
    """
    server = server_name()
    if not server:
        return False
    content = {"server": server, "values": {**kept(), **values}}
    private_folder(_file().parent)
    write_private(_file(), json.dumps(content).encode())
    return True


def _file() -> Path:
    return home() / ".orgkit" / "settings.json"
