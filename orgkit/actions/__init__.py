"""Everything that changes AWS: plans, shown first, and the one place that carries them out."""

from orgkit.actions.cancel import cancel
from orgkit.actions.execute import Result, carry_out
from orgkit.actions.finalize import finalize
from orgkit.actions.policy_types import names, policy_types
from orgkit.actions.remove_account import remove
from orgkit.actions.request import request

__all__ = [
    "Result",
    "cancel",
    "carry_out",
    "finalize",
    "names",
    "policy_types",
    "remove",
    "request",
]
