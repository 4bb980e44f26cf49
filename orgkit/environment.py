"""The environment variables that orgkit reads, and the working folder."""

from __future__ import annotations

import os
from pathlib import Path

SIM_ENDPOINT = "ORGKIT_SIM_ENDPOINT"
SIM_SCENARIO = "ORGKIT_SIM_SCENARIO"
HOME = "ORGKIT_HOME"


def home() -> Path:
    """The folder that notebooks, store and simulator belong to."""
    if os.environ.get(HOME):
        return Path(os.environ[HOME]).absolute()
    here = Path.cwd()
    for folder in (here, *here.parents):
        marked = (folder / "notebooks" / "00_start_here.ipynb").is_file()
        if marked or (folder / ".orgkit").is_dir():
            return folder
    return here
