"""Benchmarks are not run here; that they keep each other's figures is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def module() -> ModuleType:
    """benchmarks/readme.py, which is in no package."""
    spec = importlib.util.spec_from_file_location("readme", Path("benchmarks/readme.py"))
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def test_each_benchmark_writes_its_own_section_and_leaves_the_others(tmp_path: Path) -> None:
    """Wherever it stands: before a section, before a marked one, at the end, or not at all yet."""
    put = module().put
    readme = tmp_path / "README.md"
    readme.write_text(
        "# B\n\nx\n\n## A\n\nold\n\n<!-- m: by m.py -->\n## M\n\n1\n<!-- /m -->\n\n## Z\n\n9\n"
    )
    put("## A", "new\n", readme)
    put("## Z", "10\n", readme)
    put("## N", "first\n", readme)
    assert readme.read_text() == (
        "# B\n\nx\n\n## A\n\nnew\n\n<!-- m: by m.py -->\n## M\n\n1\n<!-- /m -->\n\n## Z\n\n10\n"
        "\n## N\n\nfirst\n"
    )
    before = readme.read_text()
    put("## A", "new\n", readme)
    assert readme.read_text() == before
