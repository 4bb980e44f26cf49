"""The command line: names, messages and exit codes that scripts rely on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from orgkit import catalog
from orgkit.cli import main
from tests.support.simulator import Place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A working folder with the default simulated organization."""
    with Place(tmp_path) as made:
        yield made


def orgkit(*arguments: str) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(main, list(arguments))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nosuch"], "No such command"),
        (["run"], "Missing argument"),
        (["run", "nosuch"], 'no notebook "nosuch"'),
        (["run", "precheck", "-p", "nosuch=1"], "no parameter nosuch"),
        (["run", "precheck", "-p", "target"], 'has no "="'),
        (["run", "precheck", "-p", "target=sim", "-p", "target=aws"], "given twice"),
        (["run", "precheck", "--nosuch"], "No such option"),
        (["report", "nosuch.ipynb"], "does not exist"),
        (["run", "precheck", "-f", "nosuch.yaml"], "No such file"),
        (["sim", "serve", "--scenario", "nosuch"], "nosuch"),
    ],
)
def test_wrong_usage_exits_with_64(place: Place, arguments: list[str], says: str) -> None:
    """Whatever is wrong with the call itself has one exit code, and says what is wrong."""
    result = orgkit(*arguments)
    assert result.exit_code == 64
    assert says in result.output
    assert "Traceback" not in result.output
    assert not (place.folder / "evidence").exists()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"# Read me\n", "Line 1, column 1: it is not a notebook"),
        (b"", "It is empty"),
        (b"{\n<<<<<<< HEAD\n", "Line 2: a merge conflict"),
        (b'\xef\xbb\xbf{"cells": []}', "a byte order mark"),
        (
            b'{"cells": [{"source": ""}], "nbformat": 4, "nbformat_minor": 5}',
            "not a valid notebook",
        ),
        (b'{"cells": [], "nbformat": "4"}', "not a valid notebook"),
        (b'{"cells": [], "nbformat": 99, "nbformat_minor": 0, "metadata": {}}', "notebook"),
    ],
)
def test_a_report_of_no_notebook_is_wrong_usage(tmp_path: Path, content: bytes, says: str) -> None:
    """F18: `orgkit report README.md` and its like name the file and what is wrong."""
    file = tmp_path / "README.md"
    file.write_bytes(content)
    result = orgkit("report", str(file))
    assert result.exit_code == 64
    assert says in result.output
    assert str(file) in result.output
    assert not file.with_suffix(".html").exists()


def test_a_list_shows_the_others_when_one_is_broken(
    isolated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F18: one file in a merge conflict stops no command."""
    monkeypatch.setattr(catalog, "__file__", str(tmp_path / "site-packages" / "orgkit" / "kit.py"))
    assert f"None in {isolated}/notebooks" in orgkit("list").output
    (isolated / "notebooks").mkdir()
    for name, text in (
        ("08_own", '{"cells": [{"source": "# T\\nMine."}]}'),
        ("09_bad", "<<<<<<< H"),
    ):
        (isolated / "notebooks" / f"{name}.ipynb").write_text(text)
    result = orgkit("list")
    assert result.exit_code == 0
    assert "own  Mine." in result.output
    assert "bad  cannot be used: Line 1: a merge conflict" in result.output


@pytest.mark.parametrize(
    ("text", "given", "says"),
    [
        ("organisation_id: o-x\n", (), "no parameter organisation_id"),
        ("owners: [a.csv]\n", (), 'Line 1: "owners" must be one value'),
        ("target: sim\ntarget: aws\n", (), "Line 2"),
        ("profile: &x a\n", (), "Line 1"),
        ("- a\n", (), "holds no `name: value` lines"),
        ("target: moon\n", (), 'target is "moon"'),
        ("target: moon\n", ("-p", "target=mars"), 'target is "mars"'),
    ],
)
def test_a_parameters_file_is_read_strictly(
    place: Place, text: str, given: tuple[str, ...], says: str
) -> None:
    """F11: the same reader as for owners and answers; the command line goes before the file."""
    file = place.folder / "params.yaml"
    file.write_text(text)
    result = orgkit("run", "precheck", "-f", str(file), *given)
    assert result.exit_code == 64
    assert says in result.output


def test_a_parameters_file_keeps_what_is_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F14: digits stay text where the notebook wants text; a yes is one where it wants that."""
    taken: dict[str, str] = {}
    monkeypatch.setattr("orgkit.notebook.headless._execute", lambda *a: taken.update(a[2]))
    file = place.folder / "params.yaml"
    file.write_text("as_of: 012345670123\nredact: yes\nrole_arn:\n")
    orgkit("run", "audit_report", "-f", str(file))
    assert taken == {"as_of": "012345670123", "redact": True, "role_arn": ""}


def test_a_broken_scenario_file_is_wrong_usage(place: Place) -> None:
    """The file, the field and what was expected are named; nothing is half-started."""
    broken = place.folder / "mine.yaml"
    broken.write_text("title: x\norganization: {id: nonsense}\n")
    result = orgkit("sim", "serve", "--scenario", str(broken))
    assert result.exit_code == 64
    assert "mine.yaml" in result.output
    assert "organization.id" in result.output


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["run", "--help"], ["sim", "--help"]])
def test_help_is_there(arguments: list[str]) -> None:
    """Every group and command explains itself and exits with 0."""
    result = orgkit(*arguments)
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_list_has_one_line_each() -> None:
    """`python -m orgkit list` names notebooks, checks and scenarios."""
    command = [sys.executable, "-m", "orgkit", "list"]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = {line.split()[0]: line for line in shown.splitlines() if line.startswith("  ")}
    for name in ("precheck", "approvers_active", "acme"):
        assert len(lines[name].split(maxsplit=1)[1]) > 10
    assert [line for line in shown.splitlines() if not line.startswith(" ")] == [
        "Notebooks",
        "Checks",
        "Scenarios",
    ]


def test_a_run_says_phase_outcome_and_report(place: Place) -> None:
    """The terminal shows what was found and where the report lies."""
    result = orgkit("run", "start_here")
    assert result.exit_code == 0
    *_, where, phase, report = result.output.splitlines()
    assert where == f"SIMULATED · organization {place.organization_id}"
    assert phase == "phase CONSOLIDATED_BILLING · done"
    assert (place.folder / report.removeprefix("report ")).is_file()


def test_a_request_without_confirmation_shows_the_plan(place: Place) -> None:
    """Exit 20, the plan on the terminal, how to allow it, and nothing changed."""
    result = orgkit("run", "request")
    assert result.exit_code == 20
    assert "Plan: Request all features" in result.output
    assert "`confirm` is empty" in result.output
    assert place.changes() == []


def test_status_looks_once_and_speaks_in_exit_codes(place: Place) -> None:
    """The phase without a notebook; the look is kept in the journal."""
    result = orgkit("status")
    assert result.exit_code == 0
    said, about = result.output.splitlines()[0].split(" · ")[:2]
    assert (said, about) == ("SIMULATED", f"organization {place.organization_id}")
    place.confirmed("request")
    result = orgkit("status")
    assert result.exit_code == 10
    assert "WAITING" in result.output
    assert "Asked" in result.output
    assert next(e["kind"] for e in place.journal()) == "checkpoint"


def test_a_report_can_be_made_again(place: Place, tmp_path: Path) -> None:
    """The report of an executed notebook is the same whoever makes it."""
    place.run("start_here")
    made = tmp_path / "again.html"
    assert orgkit("report", str(place.file("notebook.ipynb")), "-o", str(made)).exit_code == 0
    assert made.read_text() == place.report()


def test_verify_finds_what_was_altered(place: Place) -> None:
    """An untouched store holds; one changed character names the file and exits with 20."""
    place.run("start_here")
    assert orgkit("verify").exit_code == 0
    for name in ("run.json", "report.html", "accounts.csv", "notebook.ipynb"):
        target = place.file(name)
        whole = target.read_bytes()
        target.write_bytes(whole.replace(b"a", b"b", 1))
        result = orgkit("verify")
        assert result.exit_code == 20
        assert name in result.output
        target.write_bytes(whole)


def test_verify_holds_the_record_against_a_digest_kept_elsewhere(place: Place) -> None:
    """The digest that it prints is the one that it takes; a store without evidence proves none."""
    place.cells("start_here")
    (head,) = [w.split()[1] for w in orgkit("verify").output.splitlines() if w.startswith("HEAD")]
    place.cells("start_here")
    assert orgkit("verify", "--head", head).exit_code == 0
    wrong = orgkit("verify", "--head", "0" * 64)
    assert wrong.exit_code == 20
    assert "0" * 64 in wrong.output
    empty = place.folder / "empty"
    empty.mkdir()
    assert orgkit("verify", str(empty)).exit_code == 20


def test_the_demo_ends_with_all_features(place: Place) -> None:
    """What `make demo` runs: the whole migration, one complete folder a run, a store that holds.

    A second organization begins beside it, so that a demo never touches earlier evidence.
    """
    result = orgkit("demo")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("SIMULATED · organization o-acmedemo01")
    assert result.output.rstrip().endswith("Final phase: ALL_FEATURES")
    reports = [line.strip() for line in result.output.splitlines() if line.endswith(".html")]
    assert len(reports) == 15
    notebooks = set()
    for report in reports:
        folder = (place.folder / report).parent
        assert {"run.json", "notebook.ipynb", "report.html"} <= {p.name for p in folder.iterdir()}
        notebooks.add(json.loads((folder / "run.json").read_text())["notebook"])
    assert len(notebooks) == 7
    assert orgkit("verify").exit_code == 0
    assert not (place.folder / ".orgkit").exists()


Started = list[tuple[list[str], dict[str, str]]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """The servers that this process would have become: command and environment."""
    found: Started = []
    monkeypatch.setattr("os.execve", lambda _, *given: found.append(given))
    return found


@pytest.mark.parametrize("server", ["lab", "app"])
def test_a_server_can_begin_on_aws(started: Started, server: str) -> None:
    """A profile means AWS; the kernels of this server are told, and nobody else."""
    assert orgkit(server, "--profile", "acme", "--no-browser").exit_code == 0
    asked = json.loads(started[0][1]["ORGKIT_CONNECTION"])
    assert (asked["target"], asked["profile"]) == ("aws", "acme")
    assert "ORGKIT_CONNECTION" not in os.environ


@pytest.mark.parametrize(
    "command",
    [
        ["lab"],
        ["app"],
        ["status"],
        ["verify"],
        ["key", "show", "kms:alias/evidence"],
        ["run", "precheck"],
    ],
    ids=lambda command: command[0],
)
def test_the_simulator_beside_a_profile_is_refused(
    isolated: Path, started: Started, command: list[str]
) -> None:
    """Every command says what to write instead, and begins nothing."""
    typed = {"--target": "sim", "--profile": "acme"}
    options = [word for pair in typed.items() for word in pair]
    if command[0] == "run":
        options = ["-p", "target=sim", "-p", "profile=acme"]
    result = orgkit(*command, *options)
    assert result.exit_code == 64
    assert 'profile "acme"' in result.output
    assert "Do this" in result.output
    assert not started
    assert not [p for p in isolated.iterdir() if not p.name.startswith("aws-")]


@pytest.mark.parametrize(
    "command", [["status", "--profile", "acme"], ["run", "start_here", "-p", "profile=acme"]]
)
def test_a_profile_alone_never_shows_the_simulator(isolated: Path, command: list[str]) -> None:
    """A mistyped profile is a mistake in signing in, not a look at the simulator."""
    result = orgkit(*command)
    assert result.exit_code == 20
    assert "profile does not exist" in result.output
    assert not (isolated / ".orgkit").exists()


def test_a_role_means_aws_for_a_server_too(started: Started) -> None:
    """A role of the management account is as good a sign as a profile."""
    role = "arn:aws:iam::111111111111:role/Admin"
    assert orgkit("lab", "--role-arn", role).exit_code == 0
    assert json.loads(started[0][1]["ORGKIT_CONNECTION"])["target"] == "aws"


def test_app_shows_the_notebooks_behind_a_token(
    started: Started,
) -> None:
    """Voila serves the notebooks with a template that asks no other host."""
    assert orgkit("app", "--no-browser").exit_code == 0
    ((command, environment),) = started
    assert command[1:] == [
        "-m",
        "voila",
        "--token",
        "--template=orgkit",
        str(catalog.folder()),
        "--no-browser",
    ]
    template = Path(environment["JUPYTER_PATH"]) / "voila" / "templates" / "orgkit"
    assert (template / "index.html.j2").is_file()
    assert "ORGKIT_CONNECTION" not in environment


def test_lab_opens_the_first_notebook(
    started: Started, isolated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JupyterLab starts on the user's copy of the first notebook; arguments are passed on."""
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    assert orgkit("lab", "--no-browser").exit_code == 0
    ((command, environment),) = started
    assert command[1:3] == ["-m", "jupyterlab"]
    assert command[-1] == "--no-browser"
    copies = isolated / "orgkit-lab"
    assert f"--ServerApp.root_dir={copies}" in command
    assert len(list((copies / "notebooks").glob("0*.ipynb"))) == len(catalog.notebooks())
    assert environment["ORGKIT_HOME"] == str(isolated)
    assert "--LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb" in command
    ours, mine = environment["JUPYTER_CONFIG_PATH"].split(":")
    assert (Path(ours) / "labconfig" / "default_setting_overrides.json").is_file()
    assert mine == "/mine"


def test_lab_keeps_the_copy_where_it_is_asked_to(started: Started, isolated: Path) -> None:
    """And says what it put beside a notebook that the user changed."""
    assert orgkit("lab", "--folder", str(isolated / "mine")).exit_code == 0
    copy = isolated / "mine" / "notebooks" / "01_precheck.ipynb"
    copy.write_text(copy.read_text("utf-8").replace("# Pre-check", "# My pre-check"), "utf-8")
    listed = isolated / "mine" / ".orgkit-lab.json"
    listed.unlink()
    answer = orgkit("lab", "--folder", str(isolated / "mine"))
    assert "You changed 01_precheck.ipynb" in answer.output
    assert f"--ServerApp.root_dir={isolated / 'mine'}" in started[1][0]


def test_a_bucket_without_a_sign_in_is_explained() -> None:
    """Wrong usage, in two lines instead of a traceback."""
    answer = orgkit("verify", "s3://evidence/acme", "--profile", "nobody")
    assert isinstance(answer.exception, SystemExit)
    assert answer.exit_code == 64
    assert "cannot be read: The config profile (nobody) could not be found" in answer.output
