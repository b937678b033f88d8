"""Which folder a command is about, and where the portal that runs there answers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.local.state import Kept, Run, RunFile
from deploy.local.trouble import NotRunning
from deploy.services import ROOT
from deploy.settings import Places

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all that this portal keeps; .portal in the checkout if not given."),
]


def opened(home: Path | None) -> Path:
    """The folder meant: --home, else PORTAL_HOME, else .portal in the checkout."""
    return Path(home or os.environ.get("PORTAL_HOME") or ROOT / ".portal").absolute()


def require_running(home: Path | None) -> tuple[Places, Run]:
    """The addresses of a portal that runs; NotRunning else."""
    folder = opened(home)
    run = RunFile(folder).read()
    if not run.alive:
        raise NotRunning(f"The portal does not run in {folder}: start it with `make run` or `portal up`.")
    return Places(folder, Kept.open(folder)), run


def accounts_file(home: Path) -> Path:
    """What the demo accounts sign in with; for the owner's eyes."""
    return home / "accounts.json"
