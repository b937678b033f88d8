"""The `portal` command: run the whole portal on this machine, or one service of it, and look after it.

Exit codes: 0 done; 1 trouble, said in one sentence; 2 wrong usage; 3 the portal does not run in this home;
70 a consumer could not go on (`run`: start it again).
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from deploy import acls, cli_access, cli_compose, cli_dead, cli_demo, cli_left_out, databases, services, topics
from deploy.home import HomeOption, opened, operated, require_running
from deploy.local.trouble import Trouble

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(cli_compose.app, name="compose")
app.add_typer(cli_dead.app, name="dead")
app.add_typer(cli_demo.app, name="demo")
cli_access.add_to(app)
app.command(name="left-out")(cli_left_out.left_out)


class Role(StrEnum):
    web = "web"
    worker = "worker"
    all = "all"


@app.command()
def up(
    home: HomeOption = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running when it is ready.")] = False,
    schools: Annotated[int | None, typer.Option(min=2, max=5000, help="Schools of the demo council: 6.")] = None,
    children: Annotated[int | None, typer.Option(min=50, help="Children of the demo council: 1200.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the pages; found if not given.")] = None,
) -> None:
    """Start everything and wait until it answers; Ctrl-C stops everything in order."""
    from deploy import lifecycle
    from deploy.platform import Wanted

    lifecycle.up(opened(home), Wanted(schools, children, port), detach)


@app.command()
def down(home: HomeOption = None) -> None:
    """Stop everything that runs in this home, in order."""
    from deploy import lifecycle

    lifecycle.down(opened(home))


@app.command()
def status(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="One flat object of addresses.")] = False,
    secrets: Annotated[bool, typer.Option("--secrets", help="With --json: administrators' passwords too.")] = False,
) -> None:
    """What runs, and where it answers."""
    places, run = require_running(home)
    if as_json:
        typer.echo(json.dumps(places.status(services.NAMES, secrets), indent=2))
    else:
        from deploy import lifecycle

        lifecycle.show(places, run)


@app.command()
def logs(
    service: Annotated[str | None, typer.Argument(help="A service, or postgres, kafka, connect, supervisor.")] = None,
    home: HomeOption = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="The last so many lines of each.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with what is written.")] = False,
) -> None:
    """The last lines of the logs."""
    folder = opened(home) / "logs"
    names = sorted(path.stem for path in folder.glob("*.log"))
    if service and service not in names:
        raise Trouble(f"There is no log of {service}: choose one of {', '.join(names) or 'none yet'}.")
    files = [str(folder / f"{name}.log") for name in ([service] if service else names)]
    if files:
        subprocess.run(["tail", f"--lines={lines}", *(["--follow=name"] if follow else []), *files], check=False)


@app.command()
def run(
    service: Annotated[str, typer.Argument(help="The name of the service.")],
    role: Annotated[Role, typer.Option(help="web answers, worker consumes and relays, all does both.")] = Role.all,
) -> None:
    """Run one service here, with its settings from the environment."""
    from shared.operate.process import run as run_service

    manifest = services.load(service)
    settings = services.settings_of(manifest)
    with asyncio.Runner(loop_factory=_event_loop) as runner:
        runner.run(run_service(manifest, settings, role.value))


def _event_loop() -> asyncio.AbstractEventLoop:
    import uvloop

    return uvloop.new_event_loop()


@app.command()
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


@app.command(name="topics")
def make_topics(
    home: HomeOption = None,
    replication: Annotated[int, typer.Option(min=1, help="On so many brokers each; 3 in production.")] = 1,
) -> None:
    """Make the topics that the services need. Takes PORTAL_KAFKA (host:port) with PORTAL_KAFKA_SECURITY, _USER,
    _PASSWORD, _MECHANISM and _CA_FILE of an operator, or else the running home.
    """
    for name in asyncio.run(topics.ensure(operated(home), services.load_all(), replication)):
        typer.echo(name)


@app.command(name="acls")
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


def main() -> None:
    """The command as installed: trouble is one sentence on standard error."""
    try:
        app(standalone_mode=True)
    except Trouble as trouble:
        typer.echo(str(trouble), err=True)
        sys.exit(trouble.exit_code)


if __name__ == "__main__":
    main()
