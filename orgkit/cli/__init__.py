"""The command line: thin, and quick to start; every command imports what it needs when it runs."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from orgkit import __version__, environment
from orgkit.errors.exceptions import OrgkitError, UsageError
from orgkit.formats import printable
from orgkit.sim.cli import sim
from orgkit.terms import OUTCOME_OF_PHASE, ExitCode


class _Usage(click.Group):
    """Exit code 64 for wrong usage, as the contract says, instead of click's 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            # Without standalone mode click returns the code of `ctx.exit` instead of ending.
            sys.exit(super().main(*args, **{**kwargs, "standalone_mode": False}))
        except click.Abort:
            sys.exit(ExitCode.FAILED)
        except click.ClickException as error:
            error.show()
            sys.exit(ExitCode.USAGE)
        except OrgkitError as error:
            click.echo(str(error), err=True)
            sys.exit(error.exit_code)


@click.group(cls=_Usage, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orgkit")
def main() -> None:
    """Take an AWS Organization from consolidated billing to all features, safely and with proof.

    Exit codes: 0 done · 10 waiting for approvals · 20 blocked · 30 expired or canceled ·
    1 unexpected error · 64 wrong usage.
    """


main.add_command(sim)


@main.command("list")
def list_all() -> None:
    """Show notebooks, checks and scenarios, one line each."""
    from orgkit import catalog
    from orgkit.checks import CHECKS
    from orgkit.sim.scenario.shipped import available

    for title, lines in (
        ("Notebooks", [(n.name, n.summary) for n in catalog.notebooks()]),
        ("Checks", [(c.id, c.title) for c in CHECKS.values()]),
        ("Scenarios", available()),
    ):
        click.echo(title)
        width = max(len(name) for name, _ in lines)
        for name, text in lines:
            click.echo(f"  {name:<{width}}  {text}")


@main.command()
@click.argument("notebook")
@click.option(
    "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="May be repeated."
)
def run(notebook: str, given: tuple[str, ...]) -> None:
    """Run one notebook headless and keep its evidence and report.

    NOTEBOOK is a name such as `precheck`; `orgkit list` shows them. Values take the type that the
    notebook declares, so an account id keeps its leading zero.
    """
    from orgkit.notebook.headless import launch

    launched = launch(notebook, _pairs(given))
    if launched.message:
        click.echo(printable_lines(launched.message), err=launched.folder is None)
    if launched.result is not None:
        click.echo(f"phase {launched.result['phase']} · {launched.result['outcome']}")
        click.echo(f"report {launched.report}")
    sys.exit(launched.exit_code)


def printable_lines(text: str) -> str:
    """Text of several lines that is safe on a terminal."""
    return "\n".join(printable(line) for line in text.split("\n"))


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise UsageError(f'"{text}" has no "=".', "Write each parameter as -p name=value.")
        if name in pairs:
            raise UsageError(f"{name} is given twice.", "Give each parameter once.")
        pairs[name] = value
    return pairs


@main.command()
@click.argument("name", metavar="NOTEBOOK")
@click.option("--organization-id", "organization", default="", help="Narrow to one organization.")
@click.option("--account", default="", help="The management account's 12 digits.")
@click.option("--partition", default="aws", show_default=True, help="aws or aws-cn.")
@click.option("--member-role", default="", help="The role to look into members with.")
@click.option("--signing-key", default="", help="The id of a KMS key, for `signing`.")
def iam(name: str, **known: str) -> None:
    """Print the least IAM policy that a notebook needs.

    NOTEBOOK is a name such as `request`, or a role: observer, requester, canceler, finalizer,
    policy-enabler, member-approver; `signing` is what a signing key in KMS needs. What is not given
    stays a star.
    """
    from orgkit.iam import roles

    click.echo(json.dumps(roles.policy(name, **known), indent=2))


@main.command()
@click.option(
    "--store", default="evidence", show_default=True, help="Folder or address for evidence."
)
def demo(store: str) -> None:
    """Run a whole simulated migration through the notebooks; ends with the reports."""
    from orgkit.cli.demo import walk

    reports = []
    with walk(store) as runs:
        for step, launched in runs:
            if launched.result is None or launched.result["phase"] != step.phase:
                raise OrgkitError(
                    f"The demo went astray at {step.notebook} ({step.story}): {launched.message}",
                    "Please report this with the text above.",
                )
            phase = launched.result["phase"]
            click.echo(
                f"{step.notebook:<13} {step.story:<42} {phase:<21} exit {launched.exit_code}"
            )
            reports.append(launched.report)
    click.echo("\nReports:\n" + "\n".join(f"  {report}" for report in reports))
    click.echo(f"\nFinal phase: {phase}")
    sys.exit(ExitCode.DONE if phase == "ALL_FEATURES" else ExitCode.FAILED)


def _target(command: Any) -> Any:
    """The options that say which organization; the same names as in every notebook."""
    for name, default, text in (
        ("--organization-id", "", "Refuse to touch any other organization."),
        ("--role-arn", "", "Role to assume in the management account."),
        ("--profile", "", "AWS profile, when target is aws."),
        ("--target", "sim", "sim or aws."),
    ):
        command = click.option(name, default=default, show_default=bool(default), help=text)(
            command
        )
    return command


@main.command()
@_target
@click.option(
    "--store", default="evidence", show_default=True, help="Folder or address for evidence."
)
def status(target: str, profile: str, role_arn: str, organization_id: str, store: str) -> None:
    """Look once, keep what was seen, and say where the process stands."""
    from orgkit.aws import connect
    from orgkit.evidence.journal.journal import Journal
    from orgkit.evidence.store.store import Store
    from orgkit.migration.observe import Observer
    from orgkit.views.board import counts
    from orgkit.views.status import where_we_are

    opened = Store(store, target, profile)
    opened.check_writable()
    organization = connect(
        target, profile=profile, role_arn=role_arn, organization_id=organization_id
    )
    seen = Observer(organization, Journal(opened, organization.organization_id)).observe()
    click.echo(where_we_are(seen).text())
    if seen.attempt is not None:
        click.echo(counts(seen).text())
    sys.exit(OUTCOME_OF_PHASE[seen.phase].exit_code)


@main.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-o", "--output", type=click.Path(dir_okay=False), help="Default: beside the notebook."
)
def report(notebook: str, output: str | None) -> None:
    """Make the HTML report of an executed notebook."""
    import nbformat

    from orgkit.report.exporter import export

    source = Path(notebook)
    target = Path(output) if output else source.with_suffix(".html")
    target.write_text(export(nbformat.read(source, as_version=4)), encoding="utf-8")
    click.echo(str(target))


@main.command()
@click.argument("store", default="evidence")
@click.option("--head", default="", help="A digest kept elsewhere; it must be in the record.")
@click.option(
    "--public-key",
    "public",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False),
    help="Verify the signatures with this key (PEM); may be repeated.",
)
@click.option("--profile", default="", help="AWS profile, for a store in S3.")
@click.option("--target", default="aws", show_default=True, help="sim: its S3, for a store there.")
def verify(store: str, head: str, public: tuple[str, ...], profile: str, target: str) -> None:
    """Recompute every digest of a store; a folder needs no AWS and no network.

    Says what does not hold, the first fault first, and what is still trustworthy. The digests of
    the newest entries are printed: kept elsewhere, they prove later that nothing was cut off. With
    a public key every run must stand under a signature of it.
    """
    from orgkit.evidence.signatures.keys import public_key
    from orgkit.evidence.store.store import Store
    from orgkit.evidence.verify import verify as check

    opened = Store(store, target, profile)
    try:
        found = check(opened, [public_key(Path(name)) for name in public])
    except OSError as error:
        raise opened.unreadable(error) from error
    broken = list(found.broken)
    if head and head not in found.digests:
        broken.append(f"{store}: no entry of the record has the digest {head}")
    if not found.entries and not broken:
        broken.append(f"{store}: there is no evidence here")
    click.echo(f"{found.entries} entries of the record and {found.runs} runs were verified.")
    for word, lines in (
        ("NOTICE", found.notices),
        ("BROKEN", broken),
        ("SIGNED", found.signed),
        ("UNSIGNED", found.unsigned),
        ("STILL TRUSTWORTHY", found.trustworthy),
        ("HEAD", found.heads),
    ):
        for line in lines:
            click.echo(f"{word} {printable(line)}")
    sys.exit(ExitCode.BLOCKED if broken or found.unsigned else ExitCode.DONE)


@main.group()
def key() -> None:
    """Keys that sign the evidence; ORGKIT_SIGNING_KEY names the one to use."""


@key.command("new")
@click.argument("file", type=click.Path())
def key_new(file: str) -> None:
    """Make a private key in FILE, readable by its owner only; prints the public key.

    Keep the file where only the signing user can read it, and never in the store.
    """
    from orgkit.evidence.signatures.keys import new_key

    made = new_key(Path(file))
    click.echo(made.pem.decode(), nl=False)
    click.echo(f"key {made.id}", err=True)


@key.command("show")
@click.argument("name")
@click.option("--profile", default="", help="AWS profile, for a key in KMS.")
@click.option("--target", default="aws", show_default=True, help="sim: the simulator's KMS.")
def key_show(name: str, profile: str, target: str) -> None:
    """Print the public key of NAME: the file of a private key, or kms:ID, kms:ARN, kms:alias/NAME.

    Whoever verifies needs it, from you and not out of the store.
    """
    from orgkit.evidence.signatures.sign import named_key

    where = name if name.startswith("kms:") else str(Path(name).absolute())
    shown = named_key(where, target, profile).key
    click.echo(shown.pem.decode(), nl=False)
    click.echo(f"key {shown.id}", err=True)


_JUPYTER = Path(__file__).parent / "jupyter"  # our settings and templates; a user's own go before


def _become(module: str, options: tuple[str, ...], paths: str, asked: dict[str, str]) -> None:
    """Replace this process by a Jupyter server, so that Ctrl+C reaches it.

    Its kernels are told which organization to work on; a profile means AWS.
    """
    from orgkit.notebook.connection import Connection

    where = os.pathsep.join(filter(None, (str(_JUPYTER), environment.value(paths))))
    settings = {paths: where}
    target = "aws" if asked["profile"] else asked["target"]
    if Connection(**asked | {"target": target}) != Connection():
        settings[environment.CONNECTION] = json.dumps(asked | {"target": target})
    command = [sys.executable, "-m", module, *options]
    os.execve(sys.executable, command, environment.with_settings(settings))  # noqa: S606 - our own interpreter


@main.command(context_settings={"ignore_unknown_options": True})
@_target
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def lab(arguments: tuple[str, ...], **given: str) -> None:
    """Open JupyterLab on the first notebook; further ARGUMENTS go to JupyterLab.

    With a profile, or target aws, the notebooks work on AWS unless their own parameters, or a
    choice in 00_start_here, say otherwise.
    """
    from orgkit import catalog

    first = catalog.find(catalog.START).path
    # The root is the checkout, so that the evidence can be opened beside the notebooks.
    root, start = first.parent.parent, f"/lab/tree/{first.parent.name}/{first.name}"
    where = (f"--ServerApp.root_dir={root}", f"--LabApp.default_url={start}")
    _become("jupyterlab", (*where, *arguments), "JUPYTER_CONFIG_PATH", given)


@main.command(context_settings={"ignore_unknown_options": True})
@_target
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def app(arguments: tuple[str, ...], **given: str) -> None:
    """Show the notebooks as plain web pages (Voila); further ARGUMENTS go to Voila.

    The pages act with your credentials, so a token guards them; it is in the address that opens.
    """
    from orgkit import catalog

    where = ("--token", "--template=orgkit", str(catalog.folder()))
    _become("voila", (*where, *arguments), "JUPYTER_PATH", given)
