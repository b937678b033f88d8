"""`portal run`, `migrate`, `topics`, `acls`, `left-out`: one process of a service, and what operators do for all."""

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal

import typer
import uvloop

from deploy import services
from deploy.cli.screen import show, show_json
from deploy.cli.where import HomeOption, operated
from deploy.local.places import require_running
from deploy.operate import acls, databases, topics
from deploy.operate.left_out import listed
from shared.operate.process import run as run_service


def run(
    service: Annotated[str, typer.Argument(help="The name of the service.")],
    role: Annotated[
        Literal["web", "worker", "all"], typer.Option(help="web answers, worker consumes and relays, all does both.")
    ] = "all",
) -> None:
    """Run one service here, with its settings from the environment."""
    manifest = services.load(service)
    settings = services.settings_of(service, manifest.settings)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run_service(manifest, settings, role))


def migrate(home: HomeOption = None) -> None:
    """Make or mend roles and databases, and apply new migrations.

    Takes PORTAL_ADMIN_URL with each service's <NAME>_OWNER_URL and <NAME>_DATABASE_URL (their passwords are set), or
    the <NAME>_OWNER_URL alone (migrations only), or else the running home.
    """
    for name, applied in asyncio.run(_migrate(home)).items():
        typer.echo(f"{name}: {', '.join(applied) or 'nothing new'}")


async def _migrate(home: Path | None) -> dict[str, list[str]]:
    manifests = [service for service in services.load_all() if service.database]
    admin = os.environ.get("PORTAL_ADMIN_URL")
    owners = {service.name: os.environ.get(f"{service.name.upper()}_OWNER_URL") for service in manifests}
    if admin:
        return await databases.prepare(admin, manifests, databases.passwords_in(os.environ, manifests))
    if any(owners.values()):
        return await databases.migrate({name: dsn for name, dsn in owners.items() if dsn}, manifests)
    places, _ = require_running(home)
    return await databases.migrate(
        {s.name: places.database(s.name, databases.owner(s.name)) for s in manifests}, manifests
    )


def make_topics(
    home: HomeOption = None,
    replication: Annotated[int, typer.Option(min=1, help="On so many brokers each; 3 in production.")] = 1,
) -> None:
    """Make the topics that the services need. Takes PORTAL_KAFKA (host:port) with PORTAL_KAFKA_SECURITY, _USER,
    _PASSWORD, _MECHANISM and _CA_FILE of an operator, or else the running home.
    """
    for name in asyncio.run(topics.ensure(operated(home), services.load_all(), replication)):
        typer.echo(name)


def apply_acls(
    home: HomeOption = None,
    alone: Annotated[
        bool, typer.Option("--alone", help="The Kafka is the portal's only: also take away what others may do.")
    ] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Take nothing away: while processes of the last version still run.")
    ] = False,
) -> None:
    """Make Kafka's access lists what the manifests say, and its users. Safe to run again.

    Takes PORTAL_KAFKA and the like as `topics` does. A user is made or gets another password for each
    <SERVICE>_KAFKA_PASSWORD, and CONNECT_KAFKA_PASSWORD, that is set.
    """
    manifests = services.load_all()
    variables = {name: f"{name.upper()}_KAFKA_PASSWORD" for name in acls.principals(manifests)}
    passwords = {name: os.environ[variable] for name, variable in variables.items() if os.environ.get(variable)}
    done = asyncio.run(acls.apply(operated(home), manifests, passwords, alone=alone, keep=keep))
    told = {"user": done.users, "now": done.given, "no more": done.taken, "left to others": done.left}
    lines = [f"{what}: {line}" for what, several in told.items() for line in several]
    typer.echo("\n".join(lines) or "Nothing to change.")


def left_out(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {table, key, column, why, since}.")] = False,
) -> None:
    """What of the source could not be used: table, key, column, why, since when. Mended there, it is gone from here.

    Takes FEED_DATABASE_URL, or else the running home.
    """
    given = os.environ.get("FEED_DATABASE_URL")
    cells = asyncio.run(listed(given or require_running(home)[0].database("feed", databases.user("feed"))))
    if as_json:
        show_json([cell._asdict() for cell in cells])
        return
    rows = [
        (cell.table, cell.key or "all", cell.column, cell.why, f"{cell.since:%Y-%m-%d %H:%M}" if cell.since else "?")
        for cell in cells
    ]
    show(("table", "key", "column", "why", "since"), rows, "Nothing is left out.")
