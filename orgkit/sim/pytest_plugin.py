"""A pytest plugin: the fixture `orgkit_simulator` is an organization of its own for each test."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from orgkit.sim.server.serve import Service

MARKER = "orgkit_simulator"


class Simulator:
    """A running simulator: where it is, who one can be there, its clock and its faults."""

    def __init__(self, service: Service) -> None:
        from orgkit.sim.client.control import Control

        self.endpoint = service.endpoint
        self.control = Control(service.endpoint, token=service.app.token)
        self.organization_id = service.engine.world.organization_id
        self.management_account_id = service.engine.world.management_id

    def credentials(self, account: str = "") -> dict[str, str]:
        """Give arguments for a boto3 client or session; the management account's by default."""
        return {
            "aws_access_key_id": account or self.management_account_id,
            "aws_secret_access_key": "simulator",
            "region_name": "us-east-1",
        }

    def environment(self, account: str = "") -> dict[str, str]:
        """Give variables for a program that is tested from outside, such as the AWS CLI."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account or self.management_account_id,
            "AWS_SECRET_ACCESS_KEY": "simulator",
            "AWS_DEFAULT_REGION": "us-east-1",
        }

    def client(self, service: str = "organizations", account: str = "", **more: Any) -> Any:
        """Make a boto3 client with the credentials of an account."""
        # Imported late: every pytest run loads this plugin, whether it uses it or not.
        import boto3

        return boto3.client(
            service, endpoint_url=self.endpoint, **(self.credentials(account) | more)
        )

    def advance(self, when: str) -> dict[str, Any]:
        """Move the clock by "14d" or to an instant; owners answer on the way."""
        return self.control.advance(when)

    def fault(self, name: str, *operations: str, **options: Any) -> AbstractContextManager[None]:
        """Arm a fault for a block of code, which fails if the fault never fired."""
        return self.control.fault(name, *operations, **options)


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known, for those who run with --strict-markers."""
    line = f"{MARKER}(scenario): the scenario, by name or file, of the fixture orgkit_simulator"
    config.addinivalue_line("markers", line)


@pytest.fixture
def orgkit_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Serve a simulated organization, new for each test and chosen by the marker."""
    from orgkit.sim.faults import catalog
    from orgkit.sim.server.serve import Service, open_world

    marker = request.node.get_closest_marker(MARKER)
    service = Service(open_world(marker.args[0] if marker else None, None))
    thread = threading.Thread(target=service.run, daemon=True)
    thread.start()
    yield Simulator(service)
    service.stop()
    thread.join(10)
    never = catalog.never_fired(service.engine.world)
    if never:
        pytest.fail(f"armed and never fired: {', '.join(never)}", pytrace=False)
