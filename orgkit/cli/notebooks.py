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
        width = max((len(name) for name, _ in lines), default=0)
        for name, text in lines or [("", f"None in {catalog.folder()}.")]:
            click.echo(f"  {name:<{width}}  {printable(text)}")


@click.command()
@click.argument("notebook")
@click.option(
    "-p", "--parameter", "given", multiple=True, metavar="NAME=VALUE", help="May be repeated."
)
@click.option(
    "-f",
    "--parameters-file",
    "file",
    type=options.TypedPath(path_type=Path),
    help="YAML, one `name: value` a line; -p goes before it.",
)
def run(notebook: str, given: tuple[str, ...], file: Path | None) -> None:
    """Run one notebook headless and keep its evidence and report.

    NOTEBOOK is a name such as `precheck`; `orgkit list` shows them. Values take the type that the
    notebook declares, so an account id keeps its leading zero. Relative paths begin where you are.
    """
    from orgkit.evidence.store.address import in_full
    from orgkit.notebook.headless import launch
    from orgkit.views.blocks import Banner

    values = (_from_file(file) if file else {}) | _pairs(given)
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


def _from_file(path: Path) -> dict[str, str]:
    """Read a YAML file of `name: value` lines, each value as it is written.

    Raises `UsageError` naming the line of what is no such line.
    """
    from orgkit.errors.refused import refused
    from orgkit.reading.refusals import Unusable, quoted
    from orgkit.reading.text import read_text
    from orgkit.reading.tree import Fields, Text, read_tree

    hint = "Write one `name: value` a line, such as `owners: owners.csv`."
    with refused("The parameters file is", path):
        tree = read_tree(read_text(path))
        if not isinstance(tree, Fields):
            raise Unusable([f"Line {tree.line}: it holds no `name: value` lines."], hint)
        strange = [
            f"Line {tree.lines[name]}: {quoted(name)} must be one value, no list or mapping."
            for name, node in tree.fields.items()
            if not isinstance(node, Text)
        ]
        if strange:
            raise Unusable(strange, hint)
    return {n: "" if t.nothing else t.value for n, t in tree.fields.items() if isinstance(t, Text)}


@click.command()
@click.argument("notebook", type=options.TypedPath(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "-o",
    "--output",
    type=options.TypedPath(dir_okay=False, path_type=Path),
    help="Default: beside the notebook.",
)
@click.option("--pdf", "as_pdf", is_flag=True, help="Make a PDF, tagged, for print and archives.")
def report(notebook: Path, output: Path | None, as_pdf: bool) -> None:
    """Make the HTML report of an executed notebook, or its PDF."""
    import nbformat

    from orgkit.catalog import open_notebook
    from orgkit.private_files import open_private, write_private
    from orgkit.report.exporter import export, valid
    from orgkit.report.pdf import pdf

    target = output or notebook.with_suffix(".pdf" if as_pdf else ".html")
    # Others may have made it, without a filter in the kernel.
    source = nbformat.from_dict(cleaned(open_notebook(notebook)))
    html = export(valid(source, notebook))
    content = pdf(html) if as_pdf else html.encode()
    if target.is_file() or not target.exists():
        write_private(
            target, content, as_it_was=True
        )  # in the place of a link that somebody left there
    else:
        with open_private(target) as file:  # such as /dev/stdout
            file.write(content)
    click.echo(str(target))
