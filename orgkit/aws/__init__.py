"""The only holder of AWS clients: connect, read, record every call, guard every write."""

from orgkit.aws.connect import connect
from orgkit.aws.organization import Caller, Organization
from orgkit.aws.record import Call

__all__ = ["Call", "Caller", "Organization", "connect"]
