"""The pytest plugin as somebody else's test suite sees it."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tomllib
from pathlib import Path

from orgkit.sim import pytest_plugin

SUITE = """
import pytest
from orgkit.sim.client.control import Control


def test_default(orgkit_simulator):
    organizations = orgkit_simulator.client()
    organizations.enable_all_features()
    assert orgkit_simulator.advance("45d")["events"]
    assert orgkit_simulator.client("sts", "222222222222").get_caller_identity()["Account"][0] == "2"
    assert orgkit_simulator.environment()["AWS_ACCESS_KEY_ID"] == "111111111111"


def test_each_test_begins_anew(orgkit_simulator):
    assert orgkit_simulator.control.status()["day"] == 0


@pytest.mark.orgkit_simulator("solo")
def test_chosen(orgkit_simulator):
    assert orgkit_simulator.organization_id == "o-solo123456"
    with orgkit_simulator.fault("server-error", "ListRoots"):
        orgkit_simulator.client().list_roots()  # botocore repeats it


def test_armed_in_vain(orgkit_simulator):
    orgkit_simulator.control.arm("denied", "ListRoots")
"""


def test_a_suite_that_uses_it(tmp_path: Path) -> None:
    """Three tests pass; the one whose fault never fired ends in an error that says so."""
    (tmp_path / "test_theirs.py").write_text(SUITE)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", pytest_plugin.__name__, "--strict-markers", "-q"],
        cwd=tmp_path,
        env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "4 passed, 1 error" in done.stdout, done.stdout
    assert "armed and never fired: denied" in done.stdout


def test_it_is_shipped() -> None:
    """The package's entry point names a module that has the fixture."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    (name,) = project["project"]["entry-points"]["pytest11"].values()
    assert importlib.import_module(name).orgkit_simulator


def test_loading_it_is_light() -> None:
    """Every pytest run of its users loads it: no moto, boto3 or pydantic before the fixture."""
    heavy = ("boto3", "botocore", "moto", "pydantic", "pandas")
    code = f"import sys, orgkit.sim.pytest_plugin;print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
