"""`orgkit status`: one snapshot, without a notebook."""

from __future__ import annotations

import sys

import click

from orgkit.cli import options
from orgkit.terms import OUTCOME_OF_PHASE


@click.command()
@options.connection
@options.store
def status(
    target: str | None, profile: str, role_arn: str, organization_id: str, store: str
) -> None:
    """Take one snapshot, keep it, and say where the process stands and what is next."""
    from orgkit.aws import connect
    from orgkit.aws.session import decide_target
    from orgkit.evidence.journal.journal import Journal
    from orgkit.evidence.store.store import Store
    from orgkit.migration.next_step import next_step
    from orgkit.migration.observe import Observer
    from orgkit.notebook.progress import progress
    from orgkit.views.board import counts
    from orgkit.views.status import banner, where_we_are
    from orgkit.views.summary import strip

    target = decide_target(target, profile, role_arn)
    opened = Store(store, target, profile)
    opened.check_writable()  # before AWS is asked, so that no snapshot is taken and then lost
    organization = connect(
        target, profile=profile, role_arn=role_arn, organization_id=organization_id
    )
    journal = Journal(opened, organization.organization_id)
    state = Observer(organization, journal).observe()
    done = progress(journal, state.phase)
    click.echo(strip(banner(organization), state, next_step(state, done), done, ()).text())
    click.echo(where_we_are(state).text())
    if state.attempt is not None:
        click.echo(counts(state).text())
    sys.exit(OUTCOME_OF_PHASE[state.phase].exit_code)
