"""What papermill puts into a notebook is checked by the notebook itself: names, types, order."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from papermill.translators import translate_parameters

from orgkit import catalog, connect
from orgkit.catalog.files import read_cells, source
from orgkit.errors.exceptions import UsageError
from orgkit.notebook.connection import stated
from orgkit.notebook.frontend import FrontEnd
from orgkit.notebook.kernel import Kernel

AUDIT = catalog.find("audit_report").path
(DEFAULTS,) = (source(c) for c in read_cells(AUDIT) if c["metadata"].get("tags") == ["parameters"])
SETUP = "from orgkit import connect"


def injected(**parameters: Any) -> str:
    """The cell that papermill itself writes."""
    cell: str = translate_parameters("python3", "python", parameters, "Parameters")
    return cell


def kernel(*cells: str, **names: Any) -> Kernel:
    """A kernel that has run these cells, and holds names of the notebook's own as well."""
    values: dict[str, Any] = {}
    for cell in cells:
        exec(cell, values)  # noqa: S102
    events = SimpleNamespace(register=lambda *_: None)
    held = {**values, **names, "In": ["", *cells, SETUP]}
    return Kernel(SimpleNamespace(user_ns=held, events=events))


def refused(kernel: Kernel, front_end: FrontEnd = FrontEnd.NONE) -> str:
    """The words of the refusal, which is the same at sign-in and when the run is opened."""
    with pytest.raises(UsageError) as caught:
        kernel.parameters(AUDIT, front_end)
    with pytest.raises(UsageError, match=r".") as sooner:
        kernel.check_parameters(front_end)
    assert caught.value.problem.split(" ", 1)[1] in sooner.value.problem
    assert caught.value.exit_code == 64
    return str(caught.value)


def test_what_papermill_was_given_holds() -> None:
    """Declared names with values of their type go through."""
    ran = kernel(DEFAULTS, injected(organization_id="o-acme123456", redact=True))
    found = ran.parameters(AUDIT, FrontEnd.NONE)
    assert (found["organization_id"], found["redact"], found["as_of"]) == ("o-acme123456", True, "")
    ran.check_parameters(FrontEnd.NONE)


@pytest.mark.parametrize("front_end", list(FrontEnd))
def test_a_misspelled_name_is_refused_everywhere(front_end: FrontEnd) -> None:
    """F13: papermill only logs it, and the notebook would run without its guard."""
    said = refused(kernel(DEFAULTS, injected(organisation_id="o-x")), front_end)
    assert "has no parameter organisation_id. Did you mean organization_id?" in said


@pytest.mark.parametrize("front_end", list(FrontEnd))
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("profile", 12345678901, "`-r profile VALUE`"),
        ("profile", ["a"], "(list), and must be text"),
        ("store", {"a": 1}, "(dict), and must be text"),
        ("as_of", 2026.5, "(float), and must be text"),
        ("organization_id", None, "(NoneType), and must be text"),
        ("organization_id", True, "(bool), and must be text"),
        ("as_of", float("nan"), "(float), and must be text"),
        ("redact", "no", "`-p redact True` or `-p redact False`"),
        ("redact", 0, "(int), and must be True or False"),
    ],
)
def test_a_value_of_another_type_is_refused(
    front_end: FrontEnd, name: str, value: Any, words: str
) -> None:
    """F14: digits that -p made a number of, lists and numbers of -y, a "no" that is true."""
    said = refused(kernel(DEFAULTS, injected(**{name: value})), front_end)
    assert said.startswith(f"{name} is ")
    assert words in said


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=3,
)


@given(st.sampled_from(sorted(catalog.declared_parameters(AUDIT))), ANY)
def test_only_values_of_the_declared_type_go_through(name: str, value: Any) -> None:
    """F14: for every parameter and any value that YAML can hold."""
    kind = bool if name == "redact" else str
    ran = kernel(DEFAULTS, injected(**{name: value}))
    if isinstance(value, kind):
        assert ran.parameters(AUDIT, FrontEnd.NONE)[name] == value
    else:
        assert f"{name} is " in refused(ran)


def test_defaults_that_run_after_what_was_given_are_refused() -> None:
    """F17: without its tag the defaults cell comes last, and the guard would be gone."""
    ran = kernel(injected(organization_id="o-real", target="aws"), DEFAULTS)
    said = refused(ran)
    assert 'was given as "o-real", and the notebook goes on with ""' in said
    assert "Tag the parameters cell `parameters`" in said


def test_a_cell_that_takes_it_back_is_refused() -> None:
    """F17: the same where a cell of somebody's own sets a parameter again."""
    assert "goes on with" in refused(kernel(DEFAULTS, injected(store="a"), "store = 'b'"))


def test_what_is_given_as_it_stands_is_no_contradiction() -> None:
    """The defaults say the same, so nothing is lost."""
    ran = kernel(injected(target="sim"), DEFAULTS)
    assert ran.parameters(AUDIT, FrontEnd.NONE)["target"] == "sim"


def test_who_sits_there_may_set_a_parameter_again() -> None:
    """In a page the newest cell is what he means."""
    ran = kernel(DEFAULTS, injected(store="a"), "store = 'b'")
    assert ran.parameters(AUDIT, FrontEnd.LAB)["store"] == "b"


@pytest.mark.parametrize("front_end", list(FrontEnd))
def test_names_of_the_notebook_itself_are_no_parameters(front_end: FrontEnd) -> None:
    """F15: Run All twice in a front end that names no session leaves `checked` and `findings`."""
    own = {"checked": True, "findings": [], "events": [1], "x": 3, "text": "a"}
    ran = kernel(DEFAULTS, "checked, findings = True, []", DEFAULTS, **own)
    assert set(ran.parameters(AUDIT, front_end)) == set(catalog.declared_parameters(AUDIT))
    ran.check_parameters(front_end)


@pytest.mark.parametrize(
    "cell",
    [
        "# Parameters\nif True:\n    other = 1",
        "# Parameters\nother = 1\nprint(other)",
        "# parameters of my own (",
        "%pip install x",
        "!ls",
    ],
)
def test_other_cells_are_not_taken_for_papermills(cell: str) -> None:
    """Only a cell that sets names and does nothing else, under papermill's comment."""
    ran = kernel(DEFAULTS)
    assert ran.shell is not None
    ran.shell.user_ns["In"].insert(2, cell)
    assert ran.parameters(AUDIT, FrontEnd.NONE)["target"] == "sim"


def test_a_copy_may_declare_more() -> None:
    """A parameter of somebody's own copy, in its parameters cell, is no misspelling."""
    ran = kernel(DEFAULTS + "\nteam: str = ''\n", injected(team="x"))
    assert "team" not in ran.parameters(AUDIT, FrontEnd.NONE)


@pytest.mark.parametrize("history", [None, 3, [], [1, None]])
def test_a_history_that_tells_nothing_is_no_trouble(history: Any) -> None:
    """`In` is a name like any other, which a notebook may take."""
    ran = kernel(DEFAULTS)
    assert ran.shell is not None
    ran.shell.user_ns["In"] = history
    assert ran.parameters(AUDIT, FrontEnd.NONE)["target"] == "sim"


def test_a_script_is_refused_wrong_types_too() -> None:
    """F14: without any notebook, before anybody is signed in."""
    wrong: Any = 12345678901
    with pytest.raises(UsageError, match="profile is"):
        stated("aws", profile=wrong)
    with pytest.raises(UsageError, match="organization_id is"):
        connect("sim", organization_id=wrong)
