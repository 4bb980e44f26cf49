"""The command line: thin, and quick to start; every command imports what it needs when it runs."""

from __future__ import annotations

import sys
from typing import Any

import click

from orgkit import __version__
from orgkit.cli import demo, evidence, iam, notebooks, servers, status
from orgkit.cli.plain_text import plain_text
from orgkit.errors.exceptions import OrgkitError
from orgkit.sim.cli import sim
from orgkit.terms import ExitCode


class _Usage(click.Group):
    """Exit code 64 for wrong usage, as the contract says, instead of click's 2."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command, show a known error as it says itself, and exit with its code."""
        with plain_text():
            self._run(*args, **kwargs)

    def _run(self, *args: Any, **kwargs: Any) -> None:
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
