"""The picture of the package for docs/architecture.md, drawn from its import graph."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

import grimp

PACKAGE = "orgkit"
BESIDE = "sim"  # stands on no floor of the kit; drawn where whatever uses it is above it
_ENTRY = "__main__"  # two lines that call the command line
WIDTH, HEIGHT, COLUMN, ROW, MARGIN = 112, 30, 150, 62, 24

Arrow = tuple[str, str]


def floors() -> list[list[str]]:
    """Read the floors from the contract that holds them, highest first, the rooms of each."""
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (layers,) = (c["layers"] for c in contracts if c.get("containers") == [PACKAGE])
    there = rooms()
    named = ([name.strip(" ()") for name in layer.split("|")] for layer in layers)
    kept = [[name for name in floor if name in there] for floor in named]
    kept[-4].append(BESIDE)  # above the readers, the ground floor and the filter: all it knows
    return [floor for floor in kept if floor]


def rooms() -> list[str]:
    """List what stands at the top of the package: packages and single modules."""
    found = {path.stem for path in Path(PACKAGE).glob("*.py")} - {"__init__", _ENTRY}
    return sorted(found | {path.parent.name for path in Path(PACKAGE).glob("*/__init__.py")})


def arrows() -> set[Arrow]:
    """Find which room imports which, by any import of any of their modules."""
    # The cache would lie in the checkout, and a build takes a tenth of a second.
    graph = grimp.build_graph(PACKAGE, cache_dir=None)
    there, found = rooms(), set()
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            pair = _room(importer), _room(imported)
            if pair[0] != pair[1] and pair[0] in there and pair[1] in there:
                found.add(pair)
    return found


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else module


def without_detours(all_arrows: set[Arrow]) -> list[Arrow]:
    """Leave out each arrow that a longer way says too; what reaches what stays the same."""

    def reaches(start: str, end: str, without: Arrow) -> bool:
        below = {b for a, b in all_arrows if a == start and (a, b) != without}
        return end in below or any(reaches(room, end, without) for room in below)

    # What is left is unique because the floors allow no cycle.
    return sorted(arrow for arrow in all_arrows if not reaches(*arrow, without=arrow))


def says(room: str) -> str:
    """Give the first sentence of a room's docstring."""
    path = Path(PACKAGE, room, "__init__.py")
    source = path if path.exists() else Path(PACKAGE, f"{room}.py")
    text = ast.get_docstring(ast.parse(source.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def picture() -> str:
    """Draw the floors as rows of boxes, and arrows from who imports to what is imported."""
    rows = floors()
    at = {room: (column, row) for row, f in enumerate(rows) for column, room in enumerate(f)}
    at[BESIDE] = (max(len(floor) for floor in rows) - 1, at[BESIDE][1])
    width = 2 * MARGIN + COLUMN * max(len(floor) for floor in rows)
    height = 2 * MARGIN + ROW * (len(rows) - 1) + HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="14">',
        "<title>The floors of orgkit; every import points down</title>",
        '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="6" refY="4" orient="auto">'
        '<path d="M0 1 L7 4 L0 7 Z" fill="#51606e"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
    ]
    parts += _paths(without_detours(arrows()), at)
    for room, place in sorted(at.items()):
        x, y = _corner(place)
        fill = "#fff3c4" if room == BESIDE else "#e8eef4"
        parts.append(
            f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" fill="{fill}" '
            f'stroke="#51606e"/><text x="{x + WIDTH // 2}" y="{y + 20}" text-anchor="middle" '
            f'fill="#17212b">{escape(room)}</text>'
        )
    return "\n".join([*parts, "</svg>\n"])


def _corner(place: tuple[int, int]) -> tuple[int, int]:
    column, row = place
    return MARGIN + COLUMN * column, MARGIN + ROW * row


def _paths(drawn: list[Arrow], at: dict[str, tuple[int, int]]) -> Iterator[str]:
    """Lead each arrow down a lane in which no box stands, to a place of its own on both boxes."""
    taken: set[int] = set()
    for start, end in drawn:
        leaving = sorted((at[b], b) for a, b in drawn if a == start)
        coming = sorted((at[a], a) for a, b in drawn if b == end)
        x1, y1 = _corner(at[start])
        x2, y2 = _corner(at[end])
        x1 += WIDTH * (1 + [b for _, b in leaving].index(end)) // (len(leaving) + 1)
        x2 += WIDTH * (1 + [a for _, a in coming].index(start)) // (len(coming) + 1)
        y1 += HEIGHT
        points = [(x1, y1), (x2, y2)]
        if at[end][1] - at[start][1] > 1:
            lane = _lane((x1, x2), (at[start][1], at[end][1]), set(at.values()), taken)
            taken.add(lane)
            points = [(x1, y1), (lane, y1 + ROW - HEIGHT), (lane, y2 - ROW + HEIGHT), (x2, y2)]
        path = " L".join(f"{x} {y}" for x, y in points)
        yield f'<path d="M{path}" fill="none" stroke="#51606e" marker-end="url(#head)"/>'


def _lane(
    ends: tuple[int, int], rows: tuple[int, int], boxes: set[tuple[int, int]], taken: set[int]
) -> int:
    """Choose the free x with the shortest way, between the rows where an arrow starts and ends."""
    between = [_corner(box)[0] for box in boxes if rows[0] < box[1] < rows[1]]

    def free(x: int) -> bool:
        clear = all(not left - 6 <= x <= left + WIDTH + 6 for left in between)
        return clear and all(abs(x - other) > 6 for other in taken)

    lanes = (x for x in range(8, 8 + 12 * COLUMN) if free(x))
    return min(lanes, key=lambda x: (sum(abs(x - end) for end in ends), x))


def upward(all_arrows: set[Arrow]) -> list[Arrow]:
    """Find the arrows that do not point down; there is none while the contracts hold."""
    height = {room: row for row, floor in enumerate(floors()) for room in floor}
    return sorted((a, b) for a, b in all_arrows if height[a] >= height[b])
