"""The only holder of AWS clients: connect, read, record every call, guard every write."""

from orgkit.aws.call_log import Call
from orgkit.aws.connect import connect
from orgkit.aws.gateway import Caller, Organization

__all__ = ["Call", "Caller", "Organization", "connect"]
