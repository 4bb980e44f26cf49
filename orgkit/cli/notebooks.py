"""`orgkit list`, `orgkit run`, `orgkit report`: the notebooks without a front end."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orgkit.cli import options
from orgkit.errors.exceptions import UsageError
from orgkit.formats import printable
from orgkit.redaction import cleaned


@click.command("list")
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


@click.command()
@click.argument("notebook")
@click.option(
    "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="May be repeated."
)
def run(notebook: str, given: tuple[str, ...]) -> None:
    """Run one notebook headless and keep its evidence and report.

    NOTEBOOK is a name such as `precheck`; `orgkit list` shows them. Values take the type that the
    notebook declares, so an account id keeps its leading zero. Relative paths begin where you are.
    """
    from orgkit.evidence.store.address import in_full
    from orgkit.notebook.headless import launch
    from orgkit.views.blocks import Banner

    values = _pairs(given)
    if "store" in values:  # in full, for a kernel cannot tell a typed default from an untouched one
        values["store"] = in_full(values["store"], typed=True)
    launched = launch(notebook, values)
    if launched.message:
        # A line at a time, because `printable` would show the line breaks as well.
        safe = "\n".join(printable(line) for line in launched.message.split("\n"))
        # A run's summary is output; only what failed without a run goes to stderr.
        click.echo(safe, err=launched.folder is None)
    if result := launched.result:
        where = (f"organization {result['organization_id']}",)
        click.echo(Banner(result["target"] == "sim", where).text())
        click.echo(f"phase {result['phase']} · {result['outcome']}")
        click.echo(f"report {launched.report}")
    sys.exit(launched.exit_code)


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


@click.command()
@click.argument("notebook", type=options.TypedPath(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=options.TypedPath(dir_okay=False, path_type=Path),
    help="Default: beside the notebook.",
)
def report(notebook: Path, output: Path | None) -> None:
    """Make the HTML report of an executed notebook."""
    import nbformat

    from orgkit.private_files import open_private
    from orgkit.report.exporter import export

    target = output or notebook.with_suffix(".html")
    # Others may have made it, without a filter in the kernel.
    safe = nbformat.from_dict(cleaned(nbformat.read(notebook, as_version=4)))
    content = export(safe).encode()
    with open_private(target) as file:
        file.write(content)
    click.echo(str(target))
