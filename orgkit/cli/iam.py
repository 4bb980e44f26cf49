"""`orgkit iam`: least permissions."""

from __future__ import annotations

import json

import click


@click.command()
@click.argument("name", metavar="NOTEBOOK")
@click.option("--organization-id", "organization", default="", help="Narrow to one organization.")
@click.option("--account", default="", help="The management account's 12 digits.")
@click.option("--partition", default="aws", show_default=True, help="aws or aws-cn.")
@click.option("--member-role", default="", help="The role for reading member accounts.")
@click.option("--signing-key", default="", help="The id of a KMS key, for `signing`.")
def iam(name: str, **known: str) -> None:
    """Print the least IAM policy that a notebook needs.

    NOTEBOOK is a name such as `request`, or a role: observer, requester, canceler, finalizer,
    policy-enabler, member-approver; `signing` is what a signing key in KMS needs. What is not given
    stays a star.
    """
    from orgkit.iam import roles

    click.echo(json.dumps(roles.policy(name, **known), indent=2))
