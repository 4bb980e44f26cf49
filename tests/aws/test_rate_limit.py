"""The documented request rates are kept, on a clock that the test holds."""

from __future__ import annotations

from orgkit.aws.rate_limit import RATES, RateLimiter
from tests.support.fake_aws import FakeAws, lists


class Clock:
    """Time that moves only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        """Pass the time and remember it."""
        self.slept.append(seconds)
        self.now += seconds


def limiter(clock: Clock, rate: float = 2, burst: float = 3) -> RateLimiter:
    """Two tokens a second, three in the bucket."""
    return RateLimiter({"ListAccounts": (rate, burst)}, lambda: clock.now, clock.sleep)


def test_a_burst_passes_at_once_and_then_the_rate_holds() -> None:
    """Three at once from a full bucket, then one every half second."""
    clock = Clock()
    limits = limiter(clock)
    for _ in range(6):
        limits.wait("ListAccounts")
    assert clock.slept == [0.5, 0.5, 0.5]


def test_the_bucket_fills_again_with_time_but_not_beyond_its_size() -> None:
    """After a long pause there is one burst, not more."""
    clock = Clock()
    limits = limiter(clock)
    for _ in range(3):
        limits.wait("ListAccounts")
    clock.now += 1000
    for _ in range(4):
        limits.wait("ListAccounts")
    assert clock.slept == [0.5]


def test_an_operation_without_a_documented_rate_never_waits() -> None:
    """Only what AWS limits is limited."""
    clock = Clock()
    for _ in range(50):
        limiter(clock).wait("GetCallerIdentity")
    assert clock.slept == []


def test_operations_do_not_share_a_bucket() -> None:
    """Each call of AWS has its own limit."""
    clock = Clock()
    limits = RateLimiter(
        {"ListAccounts": (1, 1), "ListRoots": (1, 1)}, lambda: clock.now, clock.sleep
    )
    limits.wait("ListAccounts")
    limits.wait("ListRoots")
    assert clock.slept == []


def test_the_writes_of_the_process_are_limited_as_documented() -> None:
    """User guide, throttle tables: one a second for these."""
    assert RATES["EnableAllFeatures"] == (1, 1)
    assert RATES["EnablePolicyType"] == (1, 1)
    assert RATES["AcceptHandshake"] == (1, 2)


def test_every_call_of_the_gateway_asks_the_limiter_first() -> None:
    """A page is a call: a chain of pages cannot run away."""
    asked: list[str] = []

    class Asked(RateLimiter):
        def wait(self, operation: str) -> None:
            asked.append(operation)

    pages = [{"Accounts": [], "NextToken": "t"}, {"Accounts": []}]
    aws = FakeAws(lists() | {"ListAccounts": list(pages)})
    aws.organization(limiter=Asked()).pages("ListAccounts", "Accounts")
    assert asked == ["ListAccounts", "ListAccounts"]
