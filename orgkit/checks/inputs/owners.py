"""Read who owns which account, from a CSV or YAML file."""

from __future__ import annotations

from collections.abc import Iterator

from orgkit.checks.inputs.files import is_table, read_fields, read_file
from orgkit.migration.inputs import Owner
from orgkit.reading.account_ids import no_account_id
from orgkit.reading.refusals import Unusable, did_you_mean, quoted
from orgkit.reading.table import Row, read_table
from orgkit.reading.tree import Fields, Items, Node, Text

_ABOUT = ("owner", "channel", "note")
_HINT = (
    "Give each account once, by its 12 digits, with an owner: a line such as "
    '`"222222222222": Ada Lindqvist` or `"222222222222": {owner: Ada Lindqvist, channel: "#ada"}` '
    "in YAML, or a CSV file with the columns account_id, owner, channel, note."
)


def read_owners(name: str) -> dict[str, Owner]:
    """Read owners by account id. Raises `UsageError` naming every line in error."""
    return read_file(name, "owners", _from_table if is_table(name) else _from_tree)


def _from_table(text: str) -> dict[str, Owner]:
    rows = read_table(text, ("account_id", "owner"), ("channel", "note"))
    return _owners(rows, [])


def _from_tree(text: str) -> dict[str, Owner]:
    tree = read_fields(text, _HINT)
    faults = [fault for name, node in tree.fields.items() for fault in _strange(name, node)]
    return _owners([_row(tree, name) for name in tree.fields], faults)


def _owners(rows: list[Row], faults: list[str]) -> dict[str, Owner]:
    found = [*faults, *_faults(rows)]
    if found:
        raise Unusable(found, _HINT)
    return {r.cells["account_id"]: Owner(*(r.cells[name] for name in _ABOUT)) for r in rows}


def _faults(rows: list[Row]) -> Iterator[str]:
    first: dict[str, int] = {}
    for row in rows:
        account = row.cells["account_id"]
        if strange := no_account_id(account):
            yield f"Line {row.line}: {strange}"
        elif account in first:
            yield f"Line {row.line}: {account} is given twice, first in line {first[account]}."
        elif not row.cells["owner"]:
            yield f"Line {row.line}: {account} has no owner."
        first.setdefault(account, row.line)


def _row(tree: Fields, name: str) -> Row:
    node = tree.fields[name]
    about = node.fields if isinstance(node, Fields) else {"owner": node}
    cells = {each: _text(about.get(each)) for each in _ABOUT}
    return Row(tree.lines[name], {"account_id": name, **cells})


def _text(node: Node | None) -> str:
    if isinstance(node, Text):
        return "" if node.nothing else node.value.strip()
    return "" if node is None else "?"  # refused already, with better words than "no owner"


def _strange(account: str, node: Node) -> Iterator[str]:
    """Say what stands about an account that cannot be meant."""
    if isinstance(node, Items):
        yield _no_text(node, "owner", account)
    if isinstance(node, Fields):
        for name, each in node.fields.items():
            if name not in _ABOUT:
                near = did_you_mean(name, _ABOUT)
                yield f"Line {node.lines[name]}: there is no key {quoted(name)}.{near}"
            elif not isinstance(each, Text):
                yield _no_text(each, name, account)


def _no_text(node: Node, name: str, account: str) -> str:
    kind = "list" if isinstance(node, Items) else "mapping"
    return f"Line {node.line}: {name} of {quoted(account)} is a {kind}, and must be one text."
