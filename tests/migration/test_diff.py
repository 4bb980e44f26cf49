"""What is different between two looks is told in words."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from orgkit.migration.diff import differences
from orgkit.terms import Phase

WAITING = ("222222222222", "Payments", "OPEN", "ACTIVE")


def look(phase: Phase, *rows: tuple[str, str, str, str]) -> Any:
    """As much of a look as is compared."""
    columns = ["account_id", "name", "request_state", "account_state"]
    return SimpleNamespace(phase=phase, board=pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (look(Phase.WAITING, WAITING), []),
        (look(Phase.READY, WAITING), ["The phase went from WAITING to READY."]),
        (
            look(Phase.WAITING, (*WAITING[:2], "ACCEPTED", "ACTIVE")),
            ["Payments (222222222222) went from OPEN to ACCEPTED."],
        ),
        (
            look(Phase.WAITING, (*WAITING[:3], "SUSPENDED")),
            ["Payments (222222222222) went from ACTIVE to SUSPENDED."],
        ),
        (
            look(Phase.WAITING, WAITING, ("333333333333", "Shop", "OPEN", "ACTIVE")),
            ["Shop (333333333333) was asked."],
        ),
    ],
)
def test_changes(after: Any, said: list[str]) -> None:
    """Phase, answers, account states, and who is new."""
    assert differences(look(Phase.WAITING, WAITING), after) == said
