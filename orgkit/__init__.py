"""orgkit: take an AWS Organization from consolidated billing to all features, with proof."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

_MODULES = (
    "actions",
    "checks",
    "views",
    "widgets",
)
_NAMES = {
    "OrgkitError": "orgkit.errors",
    "connect": "orgkit.notebook.connection",
    "open_run": "orgkit.notebook.run",
}
__all__ = sorted([*_MODULES, *_NAMES, "__version__"])


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import orgkit` and the command line start at once (PEP 562)."""
    if name in _MODULES:
        return importlib.import_module(f"orgkit.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'orgkit' has no attribute {name!r}")
