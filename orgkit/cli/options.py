"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

store = click.option(
    "--store", default="evidence", show_default=True, help="Folder or address for evidence."
)


def connection(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which organization; the same names as in every notebook."""
    for name, default, text in (
        ("--organization-id", "", "Refuse to touch any other organization."),
        ("--role-arn", "", "Role to assume in the management account."),
        ("--profile", "", "AWS profile, when target is aws."),
    ):
        command = click.option(name, default=default, help=text)(command)
    # No default value: a profile decides only where nobody typed a target.
    return click.option("--target", help="sim or aws.  [default: sim]")(command)


def evidence_target(what: str, simulated: str) -> Callable[..., Any]:
    """Add the options that say who signs in where evidence or a key lies in AWS."""

    def add(command: Callable[..., Any]) -> Callable[..., Any]:
        text = f"AWS profile, for {what}."
        command = click.option("--target", default="aws", show_default=True, help=simulated)(
            command
        )
        return click.option("--profile", default="", help=text)(command)

    return add
