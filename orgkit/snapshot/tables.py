"""Tables with fixed schemas, also when empty. UTC; ids are strings, always."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from orgkit.snapshot.ask import Row
from orgkit.snapshot.rows import UTC_TIME
from orgkit.snapshot.sources import KEYS, SCHEMAS, Schema

__all__ = ["KEYS", "SCHEMAS", "UTC_TIME", "Row", "Schema", "frame", "rows", "table"]


def table(name: str, found: Iterable[Row]) -> pd.DataFrame:
    """Make one table of a snapshot. Of rows with the same key the last counts.

    The same thing comes from several pages, or from several lists.
    """
    key = KEYS[name]
    unique = {tuple(row.get(k) for k in key): row for row in found}
    return frame(unique.values(), SCHEMAS[name])


def frame(rows: Iterable[Row], schema: Schema) -> pd.DataFrame:
    """Make a frame with exactly the schema's columns and types; what is missing becomes NA."""
    records = [{name: row.get(name) for name in schema} for row in rows]
    made = pd.DataFrame(records, columns=list(schema))
    for name, kind in schema.items():
        column: Any = made[name]
        if kind == UTC_TIME:
            column = pd.to_datetime(column, utc=True, format="ISO8601")
        made[name] = column.astype(kind)
    return made


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Turn a frame into plain values for JSON: None for NA, moments as ISO 8601 in UTC with Z."""
    return [{str(k): _plain(v) for k, v in row.items()} for row in table.to_dict("records")]


def _plain(value: Any) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.tz_convert("UTC").isoformat().replace("+00:00", "Z")
    return value
