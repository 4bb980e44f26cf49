"""What every test stands on: no AWS, no home of the user, no simulator but its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import botocore.session
import hypothesis
import pytest

from orgkit.sim.server.serve import Service, open_world
from tests.support.simulator import served

# The same examples every time, and nothing written into the working folder.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("same")

NOWHERE = "http://127.0.0.1:9"  # the discard port: refused at once, so that nothing reaches AWS


def _shut_out_the_world(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [n for n in os.environ if n.startswith(("AWS_", "ORGKIT_"))]:
        patch.delenv(name)
    for variable, file in (
        ("AWS_CONFIG_FILE", "aws-config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "aws-credentials"),
    ):
        (folder / file).touch()
        patch.setenv(variable, str(folder / file))
    patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    patch.setenv("AWS_ENDPOINT_URL", NOWHERE)
    patch.setenv("ORGKIT_HOME", str(folder))


@pytest.fixture(scope="session", autouse=True)
def isolated_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Fixtures that live longer than one test are shut out too; one HOME keeps caches warm."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        _shut_out_the_world(patch, folder)
        patch.setenv("HOME", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def _read_once() -> Iterator[None]:
    """The SDK parses a service's model once a process here; for users once a session is enough."""
    known: dict[object, object] = {}
    real = botocore.session.create_loader

    def create(*arguments: str) -> object:
        loader = real(*arguments)
        loader._cache = known
        return loader

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botocore.session.create_loader", create)
        yield


@pytest.fixture(autouse=True)
def isolated(isolated_session: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Each test gets a working folder and empty AWS files of its own."""
    folder = tmp_path / "home"
    folder.mkdir()
    _shut_out_the_world(monkeypatch, folder)
    return folder


@pytest.fixture
def standing(isolated: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The person stands in the working folder: relative paths that a test types begin there."""
    monkeypatch.chdir(isolated)
    return isolated


@pytest.fixture
def simulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Service]]:
    """Start a simulator of a scenario in this process and make it the one that `connect` finds."""
    with ExitStack() as stack:

        def start(scenario: str = "acme") -> Service:
            service = stack.enter_context(served(open_world(str(scenario), None)))
            monkeypatch.setenv("ORGKIT_SIM_ENDPOINT", service.endpoint)
            return service

        yield start
