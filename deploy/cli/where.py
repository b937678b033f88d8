"""What a command is about: what the environment names (containers, production), or else the portal of a home."""

import os
from pathlib import Path
from typing import Annotated

import typer

from deploy.demo import mail
from deploy.demo.council import DemoCouncil
from deploy.local.home import accounts_file, opened
from deploy.local.places import identity_settings, require_running
from deploy.operate import databases
from deploy.services import settings_of
from services.identity.settings import Settings
from shared.log.kafka import Cluster
from shared.settings import KafkaSettings, prefix

HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="Folder of all that this portal keeps; .portal in the checkout if not given."),
]


class OperatorSettings(KafkaSettings):
    """Whoever makes topics, users and access lists, and looks at dead letters: PORTAL_KAFKA, PORTAL_KAFKA_USER, …"""

    model_config = prefix("portal")


def operated(home: Path | None) -> Cluster:
    """Kafka, as its operator: where PORTAL_KAFKA and the settings beside it point, or else of the running home."""
    if os.environ.get("PORTAL_KAFKA"):
        return Cluster.of(settings_of("portal", OperatorSettings))
    return require_running(home)[0].cluster()


def identity(home: Path | None) -> Settings:
    """Identity's settings, from the environment if that names its database, or else of the running home."""
    if os.environ.get("IDENTITY_DATABASE_URL"):
        return settings_of("identity", Settings)
    return identity_settings(require_running(home)[0])


def demo(home: Path | None) -> DemoCouncil:
    """The demo council that PORTAL_ACCOUNTS, IDENTITY_DATABASE_URL and PORTAL_SOURCE_URL name, or the home's."""
    given = [os.environ.get(name, "") for name in ("PORTAL_ACCOUNTS", "IDENTITY_DATABASE_URL", "PORTAL_SOURCE_URL")]
    if all(given):
        return DemoCouncil(Path(given[0]), given[1], given[2])
    places, _ = require_running(home)
    users_dsn = places.database("identity", databases.user("identity"))
    return DemoCouncil(accounts_file(places.home), users_dsn, places.source)


def mail_folder(home: Path | None) -> Path:
    """Where the demo's mail server keeps what it takes: PORTAL_MAIL, or the home's."""
    given = os.environ.get(mail.FOLDER)
    return Path(given) if given else mail.folder_of(opened(home))
