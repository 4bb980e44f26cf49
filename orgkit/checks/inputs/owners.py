"""Read who owns which account, from a CSV or YAML file."""

from __future__ import annotations

import csv
import re
from typing import Any

from orgkit.checks.inputs.files import read_text, read_yaml, refuse
from orgkit.migration.inputs import Owner

_ID = re.compile(r"\d{12}", re.ASCII)
_COLUMNS = ("account_id", "owner", "channel", "note")


def read_owners(name: str) -> dict[str, Owner]:
    """Read owners by account id. Raises `UsageError` naming every line in error."""
    text = read_text(name, "owners")
    rows = _csv_rows(text, name) if name.lower().endswith(".csv") else _yaml_rows(text, name)
    ids = [row["account_id"] for row in rows]
    strange = [f'"{i}" is no account id.' for i in ids if not _ID.fullmatch(i)]
    twice = [f"{i} stands there twice." for i in sorted({i for i in ids if ids.count(i) > 1})]
    nobody = [f"{row['account_id']} has no owner." for row in rows if not row["owner"]]
    hint = "Give each account once, by its 12 digits (in YAML in quotes), with an owner."
    refuse("owners", name, strange + twice + nobody, hint)
    return {row["account_id"]: Owner(row["owner"], row["channel"], row["note"]) for row in rows}


def _csv_rows(text: str, name: str) -> list[dict[str, str]]:
    reader = csv.DictReader(text.splitlines())
    missing = [c for c in _COLUMNS[:2] if c not in (reader.fieldnames or ())]
    hint = f"Its first line names the columns: {', '.join(_COLUMNS)}; the last two may be left out."
    refuse("owners", name, (f"There is no column {column}." for column in missing), hint)
    return [{c: (row.get(c) or "").strip() for c in _COLUMNS} for row in reader]


def _yaml_rows(text: str, name: str) -> list[dict[str, str]]:
    return [_yaml_row(key, value) for key, value in read_yaml(text, "owners", name).items()]


def _yaml_row(key: Any, value: Any) -> dict[str, str]:
    about = value if isinstance(value, dict) else {"owner": value}
    row = {c: str(about.get(c) or "").strip() for c in _COLUMNS}
    return row | {"account_id": str(key)}
