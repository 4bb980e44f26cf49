"""Who calls, and what policies allow: identity, STS, the policy language."""
