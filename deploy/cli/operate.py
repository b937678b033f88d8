"""`portal run`, `migrate`, `topics`, `acls`: one process of a service, and what all services need of the engines."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from deploy import services
from deploy.cli.where import HomeOption, operated
from deploy.local.places import require_running
from deploy.operate import acls, databases, topics


def run(
    service: Annotated[str, typer.Argument(help="The name of the service.")],
    role: Annotated[
        Literal["web", "worker", "all"], typer.Option(help="web answers, worker consumes and relays, all does both.")
    ] = "all",
) -> None:
    """Run one service here, with its settings from the environment."""
    from shared.operate.process import run as run_service

    manifest = services.load(service)
    settings = services.settings_of(manifest)
    with asyncio.Runner(loop_factory=_event_loop) as runner:
        runner.run(run_service(manifest, settings, role))


def _event_loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


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
    given = {name: os.environ.get(f"{name.upper()}_KAFKA_PASSWORD") for name in acls.principals(manifests)}
    passwords = {name: password for name, password in given.items() if password}
    done = asyncio.run(acls.apply(operated(home), manifests, passwords, alone=alone, keep=keep))
    told = {"user": done.users, "now": done.given, "no more": done.taken, "left to others": done.left}
    lines = [f"{what}: {line}" for what, several in told.items() for line in several]
    typer.echo("\n".join(lines) or "Nothing to change.")


def add_to(app: typer.Typer) -> None:
    for name, command in (("run", run), ("migrate", migrate), ("topics", make_topics), ("acls", apply_acls)):
        app.command(name)(command)
