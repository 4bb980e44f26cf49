"""What AWS says in a word that orgkit does not know: named, and never taken for another. Pure."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from orgkit.aws.answers import quoted
from orgkit.snapshot.sources import Source

_NAMED = 3  # of many subjects only so many are named


def unknown_values(source: Source, table: pd.DataFrame) -> Iterator[str]:
    """Say which column holds what unknown value, of which rows, one sentence a value.

    A value that is missing is as unknown as a new one, except in a part that is optional.
    """
    for column, known in source.known.items():
        strange = table[~table[column].isin([str(value) for value in known])]
        if source.optional:
            strange = strange[strange[column].notna()]
        for value, rows in strange.groupby(strange[column].fillna(""), sort=True):
            said = quoted(value) if value else "missing"
            yield f"{source.part}: {column} is {said} of {_subjects(source, rows)}"
    if "strange" in table:
        for why, rows in table.groupby("strange", sort=True):
            yield f"{source.part}: {quoted(why)} of {_subjects(source, rows)}"


def _subjects(source: Source, rows: pd.DataFrame) -> str:
    named = [str(key) for key in rows[source.key[0]].head(_NAMED)]
    more = len(rows) - len(named)
    return ", ".join(named) + (f" and {more:,} more" if more else "")
