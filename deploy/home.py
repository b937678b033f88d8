"""Which folder a command is about, and where the portal that runs there answers."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from deploy import databases
from deploy.local.state import Kept, Run, RunFile
from deploy.local.trouble import NotRunning, Trouble
from deploy.services import ROOT
from deploy.settings import Places
from shared.log.kafka import Cluster
from shared.settings import KafkaSettings, prefix

HOME = ROOT / ".portal"

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all that this portal keeps; .portal in the checkout if not given."),
]


class OperatorSettings(KafkaSettings):
    """Whoever makes topics, users and access lists, and looks at dead letters: PORTAL_KAFKA, PORTAL_KAFKA_USER, …"""

    model_config = prefix("portal")


def opened(home: Path | None) -> Path:
    """The folder meant: --home, else PORTAL_HOME, else .portal in the checkout."""
    return Path(home or os.environ.get("PORTAL_HOME") or HOME).absolute()


def require_running(home: Path | None) -> tuple[Places, Run]:
    """The addresses of a portal that runs; NotRunning else."""
    folder = opened(home)
    run = RunFile(folder).read()
    if not run.alive:
        raise NotRunning(f"The portal does not run in {folder}: start it with `make run` or `portal up`.")
    return Places(folder, Kept.open(folder)), run


def operated(home: Path | None) -> Cluster:
    """Kafka, as its operator: where PORTAL_KAFKA and the settings beside it point, or else of the running home."""
    if os.environ.get("PORTAL_KAFKA"):
        try:
            return Cluster.of(OperatorSettings())
        except ValidationError as error:
            names = sorted({f"portal_{fault['loc'][0]}".upper() for fault in error.errors(include_input=False)})
            raise Trouble(f"These settings are missing or wrong: {', '.join(names)}.") from None
    return require_running(home)[0].cluster()


def accounts_file(home: Path) -> Path:
    """What the demo accounts sign in with; for the owner's eyes."""
    return home / "accounts.json"


@dataclass(frozen=True)
class Demo:
    """Where the demo council is: the file of its people's secrets, identity's database, and its case system."""

    accounts: Path
    identity: str
    source: str


def demo(home: Path | None) -> Demo:
    """From PORTAL_ACCOUNTS, IDENTITY_DATABASE_URL and PORTAL_SOURCE_URL (containers), or else of the running home."""
    given = [os.environ.get(name, "") for name in ("PORTAL_ACCOUNTS", "IDENTITY_DATABASE_URL", "PORTAL_SOURCE_URL")]
    if all(given):
        return Demo(Path(given[0]), given[1], given[2])
    places, _ = require_running(home)
    identity = places.database("identity", databases.user("identity"))
    return Demo(accounts_file(places.home), identity, places.source)
