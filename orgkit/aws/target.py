"""The one rule for target and profile: for commands, servers, notebooks and whoever calls us."""

from __future__ import annotations

from orgkit.aws.gateway import SIMULATOR
from orgkit.errors.exceptions import UsageError

AWS = "aws"


def decide_target(said: str | None, profile: str, role_arn: str) -> str:
    """Decide between simulator and AWS; `said` is None where nobody said a target.

    Raises `UsageError` for an unknown target, and for the simulator beside a profile or a role:
    whoever names one must never be shown the simulator's organization as if it were theirs.
    """
    if said is None:
        return AWS if profile or role_arn else SIMULATOR
    if said not in (SIMULATOR, AWS):
        raise UsageError(f'target is "{said}".', 'Use "sim" for the simulator or "aws".')
    named = f'profile "{profile}"' if profile else f'role_arn "{role_arn}"'
    if said == SIMULATOR and (profile or role_arn):
        raise UsageError(
            f'target is "sim", but {named} is named, which the simulator does not know.',
            'Write target = "aws" (--target aws, or -p target=aws) to work on AWS; for the '
            "simulator leave profile and role_arn empty.",
        )
    return said
