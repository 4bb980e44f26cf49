"""The command line: thin, and quick to start; every command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import Any

import click

from orgkit import __version__
from orgkit.cli import demo, evidence, iam, notebooks, servers, status
from orgkit.cli.ending import ended_in_words
from orgkit.cli.plain_text import plain_text
from orgkit.cli.streams import filtered
from orgkit.environment import learn_secrets
from orgkit.errors.unknown import told
from orgkit.sim.cli import sim
from orgkit.terms import ExitCode


class _Usage(click.Group):
    """The exit codes of the contract, and the one door of the command line for trouble."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command, say what went wrong with its remedy, and exit with its code."""
        learn_secrets()
        with plain_text(), filtered():  # secrets are known before they are made visible
            try:
                # Without standalone mode click returns the code of `ctx.exit` instead of ending.
                with ended_in_words():
                    code = super().main(*args, **{**kwargs, "standalone_mode": False})
            except click.ClickException as error:  # click's own 2 means wrong usage: 64
                error.show()
                code = ExitCode.USAGE
            except Exception as error:
                code = _tell(error)
        sys.exit(code)


def _tell(error: Exception) -> int:
    # click makes its own of an end of input, which somebody who asks for a code may meet.
    cause = error.__cause__ if isinstance(error, click.Abort) else error
    if isinstance(cause, KeyboardInterrupt) or cause is None:
        click.echo("Stopped. `orgkit status` shows the current state.", err=True)
        return int(ExitCode.FAILED)
    said = told(cause)
    click.echo(str(said), err=True)
    return int(said.exit_code)


@click.group(cls=_Usage, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="orgkit")
def main() -> None:
    """Take an AWS Organization from consolidated billing to all features, safely and with proof.

    Exit codes: 0 done · 10 waiting for approvals · 20 blocked · 30 expired or canceled ·
    1 unexpected error · 64 wrong usage.
    """


for _command in (
    notebooks.list_all,
    notebooks.run,
    notebooks.report,
    status.status,
    evidence.verify,
    evidence.key,
    iam.iam,
    demo.demo,
    servers.lab,
    servers.app,
    sim,
):
    main.add_command(_command)
