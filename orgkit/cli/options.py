"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from click.core import ParameterSource

from orgkit.environment import typed_path

DEFAULT_STORE = "evidence"


class TypedPath(click.Path):
    """A path on this machine, in full: from where the person stands, with ~ for his home."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Write it in full before it is looked at, so that every message says what was meant."""
        return super().convert(str(typed_path(value)), param, ctx)


def whole_store(context: click.Context, parameter: click.Parameter, text: str) -> str:
    """Write a store in full; only the default that nobody typed lies in the working folder.

    Raises `UsageError` for what is no address.
    """
    from orgkit.evidence.store.address import in_full

    source = context.get_parameter_source(str(parameter.name))
    return in_full(text, typed=source is not ParameterSource.DEFAULT)


store = click.option(
    "--store",
    default=DEFAULT_STORE,
    show_default=True,
    callback=whole_store,
    help="Folder or address for evidence.",
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
