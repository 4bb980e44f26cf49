"""Every environment variable that orgkit reads, and the working folder; nobody else reads them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from orgkit.redaction import learn, learn_url

HOME = "ORGKIT_HOME"
SIM_ENDPOINT = "ORGKIT_SIM_ENDPOINT"
SIM_SCENARIO = "ORGKIT_SIM_SCENARIO"
SIM_TOKEN = "ORGKIT_SIM_TOKEN"  # noqa: S105 - the name of a variable
SIGNING_KEY = "ORGKIT_SIGNING_KEY"
CONNECTION = "ORGKIT_CONNECTION"
SERVER_TOKEN = "ORGKIT_SERVER_TOKEN"  # noqa: S105 - the name of the variable
RUN_POINTER = "ORGKIT_RUN_POINTER"
SESSION = "JPY_SESSION_NAME"
SERVER = "JPY_PARENT_PID"
SOFTWARE = "SERVER_SOFTWARE"
CONFIG_PATH = "JUPYTER_CONFIG_PATH"
DATA_PATH = "JUPYTER_PATH"
RUNTIME = "XDG_RUNTIME_DIR"

# The file that marks a folder of copied notebooks, and what it calls the working folder.
COPY, HOME_OF_COPY = ".orgkit-lab.json", "home"

VARIABLES: Mapping[str, str] = {
    HOME: "the working folder: where the default store and the simulator's state belong",
    SIM_ENDPOINT: "the address of a running simulator to use instead of this folder's",
    SIM_SCENARIO: "the scenario, shipped or a file, that a new simulator starts with",
    SIM_TOKEN: "the token of that simulator, where its token file cannot be read",
    SIGNING_KEY: "the key that signs runs: a private key's file, or kms: and an id, ARN or alias",
    CONNECTION: "target, profile, role_arn and organization_id for the kernels of `orgkit lab` "
    "and `orgkit app`, as JSON; set by them",
    SERVER_TOKEN: "names the server of `orgkit lab` and `orgkit app`, for which alone a connection "
    "chosen in the front end holds; random, set by them",
    RUN_POINTER: "the file in which a headless run notes its folder; set by `orgkit run`",
    SESSION: "the notebook of a kernel: somebody sits at a front end; set by Jupyter",
    SERVER: "the server of a kernel: with its token it is the one that a choice holds for; set by "
    "Jupyter",
    SOFTWARE: "begins with voila where Voilà shows the notebook; set by Voilà",
    CONFIG_PATH: "further settings of JupyterLab; `orgkit lab` puts its own in front",
    DATA_PATH: "further templates of Voilà; `orgkit app` puts its own in front",
    RUNTIME: "a folder of the user alone, for tokens of simulators; set by the system",
}

# Secrets of any program: whoever quotes the environment quotes these.
_SECRET = re.compile(r"(?i)(?:secret|token|passw(?:or)?d|secret[_-]?(?:access[_-]?)?key)\Z")
_TOKEN_FILES = ("AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")


def value(name: str) -> str:
    """Read a variable, empty if it is not set; one that `VARIABLES` does not explain is refused."""
    if name not in VARIABLES:
        raise KeyError(f"{name} is not listed in orgkit/environment.py")
    return os.environ.get(name, "")


def home() -> Path:
    """Find the folder that the default store and the simulator belong to."""
    if named := value(HOME):
        return typed_path(named)
    # Whoever works in a folder inside, such as notebooks/, shares one store and one simulator.
    here = Path.cwd()
    for folder in (here, *here.parents):
        if copied := _home_of_copy(folder):
            return copied
        marked = (folder / "notebooks" / "00_start_here.ipynb").is_file()
        if marked or (folder / ".orgkit").is_dir():
            return folder
    return here


def _home_of_copy(folder: Path) -> Path | None:
    """Find whose evidence a folder of copied notebooks works on; None if it is no such folder."""
    with suppress(OSError, ValueError, TypeError, KeyError):
        named = Path(json.loads((folder / COPY).read_text("utf-8"))[HOME_OF_COPY])
        if named.is_dir():
            return named
    return None


def typed_path(text: str) -> Path:
    """Locate what a person typed: from where he stands, with `~` for his home; never raises.

    He stands where the command was started, or in a notebook where its kernel runs.
    """
    # Not the method of Path, which raises where ~name is nobody's.
    path = Path(os.path.expanduser(text)).absolute()  # noqa: PTH111
    plain = os.path.normpath(path)
    with suppress(ValueError, OSError):  # a NUL: whoever opens it says so
        # Behind a link .. is another folder than the one that the path shows.
        if os.path.realpath(plain) == os.path.realpath(path):
            return Path(plain)
    return path


def learn_secrets() -> None:
    """Let the filter know every secret of the environment: named one, or in an address."""
    for name, text in os.environ.items():
        if _SECRET.search(name):
            learn(text)
        elif "@" in text:
            learn_url(text)
        elif name in _TOKEN_FILES:
            with suppress(OSError, ValueError):
                learn(Path(text).read_text(encoding="utf-8").strip())


def forget_aws() -> None:
    """Let AWS's SDK find nothing in this process that was set up for the user of this machine."""
    files = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    _put({n: None for n in os.environ if n.startswith("AWS_")})
    _put({**dict.fromkeys(files, os.devnull), "AWS_EC2_METADATA_DISABLED": "true"})


def with_settings(settings: Mapping[str, str]) -> dict[str, str]:
    """Copy the environment for a process that takes this one's place, with these set.

    Its kernels stand elsewhere, so what was typed as a path here is written in full.
    """
    return {**os.environ, **_paths_in_full(), **settings}


def _paths_in_full() -> dict[str, str]:
    typed = {name: value(name) for name in (HOME, SIGNING_KEY, SIM_SCENARIO) if value(name)}
    return {name: str(typed_path(text)) for name, text in typed.items() if _is_path(name, text)}


def _is_path(name: str, text: str) -> bool:
    if name == SIM_SCENARIO:  # else the name of a shipped one
        return "/" in text or "." in text
    return not (name == SIGNING_KEY and text.startswith("kms:"))


@contextmanager
def changed(settings: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables for this process and for those started meanwhile; None takes one away."""
    # Kernels and simulators inherit the environment, and have no other way to be told.
    before = {name: os.environ.get(name) for name in settings}
    _put(settings)
    try:
        yield
    finally:
        _put(before)


def _put(settings: Mapping[str, str | None]) -> None:
    for name, text in settings.items():
        if text is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = text
