"""`orgkit verify` and `orgkit key`: whether the evidence holds, and who signs it."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from orgkit.cli import options
from orgkit.formats import printable
from orgkit.terms import ExitCode


@click.command()
@click.argument("store", default=options.DEFAULT_STORE, callback=options.whole_store)
@click.option(
    "--head",
    "kept",
    multiple=True,
    help="A digest kept elsewhere; it must be in the journal. May be repeated.",
)
@click.option(
    "--public-key",
    "public",
    multiple=True,
    type=options.TypedPath(exists=True, dir_okay=False, path_type=Path),
    help="Verify the signatures with this key (PEM); may be repeated.",
)
@options.evidence_target("a store in S3", "sim: its S3, for a store there.")
def verify(
    store: str, kept: tuple[str, ...], public: tuple[Path, ...], profile: str, target: str
) -> None:
    """Recompute every digest of a store; a folder needs no AWS and no network.

    Says what does not hold, the first fault first, and what is still trustworthy. The digests of
    the newest entries are printed: kept elsewhere, they prove later that nothing was cut off. With
    a public key every run must stand under a signature of it.
    """
    from orgkit.aws.session import decide_target
    from orgkit.evidence.signatures.keys import public_key
    from orgkit.evidence.store.store import UNUSABLE, Store
    from orgkit.evidence.verify import verify as check

    opened = Store(store, decide_target(target, profile, ""), profile)
    opened.check_there()
    try:
        found = check(opened, [public_key(path) for path in public])
    except UNUSABLE as error:
        raise opened.unreadable(error) from error
    broken = list(found.broken)
    # A store that was cut off holds in itself; only a digest kept elsewhere shows the cut.
    broken += [
        f"{store}: no entry of the journal has the digest {head}"
        for head in kept
        if head and head not in found.digests
    ]
    if not found.entries and not broken:
        broken.append(f"{store}: there is no evidence here")
    click.echo(f"STORE {printable(opened.full)}")
    for line in found.looked_at:
        click.echo(f"ORGANIZATION {printable(line)}")
    click.echo(f"{found.entries} entries of the journal and {found.runs} runs were verified.")
    exposed = [f"{opened.full}: {said}"] if (said := opened.exposed()) else []
    for word, lines in (
        ("NOTICE", [*exposed, *found.notices]),
        ("BROKEN", broken),
        ("SIGNED", found.signed),
        ("UNSIGNED", found.unsigned),
        ("STILL TRUSTWORTHY", found.trustworthy),
        ("HEAD", found.heads),
    ):
        for line in lines:
            click.echo(f"{word} {printable(line)}")
    sys.exit(ExitCode.BLOCKED if broken or found.unsigned else ExitCode.DONE)


@click.group()
def key() -> None:
    """Keys that sign the evidence; ORGKIT_SIGNING_KEY names the one to use."""


@key.command("new")
@click.argument("file", type=options.TypedPath(path_type=Path))
def key_new(file: Path) -> None:
    """Make a private key in FILE, readable by its owner only; prints the public key.

    Keep the file where only the signing user can read it, and never in the store.
    """
    from orgkit.evidence.signatures.keys import new_key

    made = new_key(file)
    click.echo(made.pem.decode(), nl=False)
    click.echo(f"key {made.id}", err=True)


@key.command("show")
@click.argument("name")
@options.evidence_target("a key in KMS", "sim: the simulator's KMS.")
def key_show(name: str, profile: str, target: str) -> None:
    """Print the public key of NAME: the file of a private key, or kms:ID, kms:ARN, kms:alias/NAME.

    The person who verifies needs it, from you and not from the store.
    """
    from orgkit.aws.session import decide_target
    from orgkit.evidence.signatures.sign import named_key

    shown = named_key(name, decide_target(target, profile, ""), profile).key
    click.echo(shown.pem.decode(), nl=False)
    click.echo(f"key {shown.id}", err=True)
