"""Which organization: parameters win; a choice holds for one Jupyter server, never in batch."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from orgkit.environment import CONNECTION
from orgkit.errors.exceptions import UsageError
from orgkit.notebook import connection
from orgkit.notebook.connection import Connection, choose, chosen, effective
from tests.support.cells import run_cells

ACME = Connection("aws", "acme", "", "o-acme123456")
LEFT = {"target": "sim", "profile": "", "role_arn": "", "organization_id": ""}


@pytest.fixture
def front_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody sits at JupyterLab."""
    monkeypatch.setenv("JPY_SESSION_NAME", "notebook.ipynb")
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    monkeypatch.setenv("ORGKIT_SERVER_TOKEN", "a1b2")


@pytest.mark.usefixtures("front_end")
def test_a_choice_holds_for_the_other_notebooks() -> None:
    """What was chosen once stands in for parameters that were left as they are."""
    assert effective(LEFT) == Connection()
    choose(ACME)
    assert effective(LEFT) == ACME


@pytest.mark.usefixtures("front_end")
def test_parameters_win() -> None:
    """A notebook in which anything was set goes where it says."""
    choose(ACME)
    assert effective({**LEFT, "target": "aws"}) == Connection("aws")


@pytest.mark.usefixtures("front_end")
def test_a_choice_ends_with_its_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tomorrow's JupyterLab begins on the simulator again."""
    choose(ACME)
    for variable, other in (("JPY_PARENT_PID", "4712"), ("ORGKIT_SERVER_TOKEN", "c3d4")):
        with monkeypatch.context() as patch:
            patch.setenv(variable, other)
            assert chosen() is None
            assert effective(LEFT) == Connection()
    assert chosen() == ACME


@pytest.mark.usefixtures("front_end")
def test_the_same_number_again_is_another_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """U11: in a container every server has the same number; a profile that was named holds."""
    choose(Connection("aws", "production"))
    monkeypatch.setenv("ORGKIT_SERVER_TOKEN", "c3d4")
    monkeypatch.setenv(CONNECTION, json.dumps({"target": "aws", "profile": "acme"}))
    assert effective(LEFT) == Connection("aws", "acme")


@pytest.mark.usefixtures("front_end")
def test_a_plain_jupyter_server_is_known_by_its_own_token(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """U11: without `orgkit lab` its runtime file tells the one from the next; else none is kept."""
    monkeypatch.delenv("ORGKIT_SERVER_TOKEN")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    assert not choose(ACME)
    assert chosen() is None
    told = tmp_path / "jpserver-4711.json"
    told.write_text(json.dumps({"token": "one", "pid": 4711}), encoding="utf-8")
    assert choose(ACME)
    assert chosen() == ACME
    told.write_text(json.dumps({"token": "two", "pid": 4711}), encoding="utf-8")
    assert chosen() is None
    for useless in ("{", "[]", '{"token": ""}', '{"token": 5}', "null"):
        told.write_text(useless, encoding="utf-8")
        assert chosen() is None


@pytest.mark.usefixtures("front_end")
def test_a_choice_is_its_owners_alone_and_holds_no_token(isolated: Path) -> None:
    """Whoever reads or copies the file can neither learn nor state the server's name."""
    choose(ACME)
    kept = isolated / ".orgkit" / "connection.json"
    assert kept.stat().st_mode & 0o077 == 0
    assert "a1b2" not in kept.read_text(encoding="utf-8")
    assert "4711" not in kept.read_text(encoding="utf-8")


def test_batch_runs_know_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a front end only parameters count."""
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    choose(ACME)
    monkeypatch.setenv(CONNECTION, json.dumps({"target": "aws"}))
    assert effective(LEFT) == Connection()


@pytest.mark.usefixtures("front_end")
def test_the_command_line_chooses_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """`orgkit lab --profile acme` presets what a later choice replaces."""
    monkeypatch.setenv(CONNECTION, json.dumps({"target": "aws", "profile": "acme"}))
    assert effective(LEFT) == Connection("aws", "acme")
    choose(Connection())
    assert effective(LEFT) == Connection()


@pytest.mark.usefixtures("front_end")
def test_a_cell_that_says_sim_and_a_profile_is_refused() -> None:
    """A parameters cell always says a target; whoever adds a profile is told to write aws."""
    with pytest.raises(UsageError, match="acme"):
        effective({**LEFT, "profile": "acme"})
    with pytest.raises(UsageError, match="acme"):
        connection.connect("sim", profile="acme")


def test_a_notebook_given_a_profile_alone_is_refused(isolated: Path) -> None:
    """Plain papermill with `-p profile acme` leaves the cell's "sim": nothing is begun."""
    with pytest.raises(UsageError, match="acme"):
        run_cells("start_here", profile="acme")
    assert not (isolated / ".orgkit").exists()
    assert not (isolated / "evidence").exists()


@pytest.mark.usefixtures("front_end")
def test_a_choice_without_a_target_follows_the_same_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """ORGKIT_CONNECTION by hand with a profile alone means AWS, never the simulator."""
    monkeypatch.setenv(CONNECTION, json.dumps({"profile": "acme"}))
    assert effective(LEFT) == Connection("aws", "acme")


@pytest.mark.usefixtures("front_end")
@pytest.mark.parametrize("content", ["", "{", "[]", '{"server": "4711", "secret": "x"}'])
def test_a_damaged_choice_is_none(isolated: Path, content: str) -> None:
    """A file that cannot be meant leads to the simulator, never to AWS."""
    (isolated / ".orgkit").mkdir()
    (isolated / ".orgkit" / "connection.json").write_text(content, encoding="utf-8")
    assert chosen() is None


@pytest.mark.usefixtures("front_end")
def test_it_connects_where_it_was_chosen() -> None:
    """What is wrong with a choice is said when it is used."""
    choose(Connection("aws", "", "nonsense"))
    with pytest.raises(UsageError, match="role_arn"):
        connection.connect()
