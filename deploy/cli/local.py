"""`portal up`, `down`, `status` and `logs`: the whole portal on this machine."""

from __future__ import annotations

import json
import subprocess
from typing import Annotated

import typer

from deploy import services
from deploy.cli.where import HomeOption
from deploy.local.home import opened
from deploy.local.places import require_running
from deploy.trouble import Trouble


def up(
    home: HomeOption = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it running when it is ready.")] = False,
    schools: Annotated[int | None, typer.Option(min=2, max=5000, help="Schools of the demo council: 6.")] = None,
    children: Annotated[int | None, typer.Option(min=50, help="Children of the demo council: 1200.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the pages; found if not given.")] = None,
) -> None:
    """Start everything and wait until it answers; Ctrl-C stops everything in order."""
    from deploy.cli import lifecycle
    from deploy.local.platform import UpOptions

    lifecycle.up(opened(home), UpOptions(schools, children, port), detach)


def down(home: HomeOption = None) -> None:
    """Stop everything that runs in this home, in order."""
    from deploy.cli import lifecycle

    lifecycle.down(opened(home))


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
        from deploy.cli import lifecycle

        lifecycle.show(places, run)


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


def add_to(app: typer.Typer) -> None:
    for command in (up, down, status, logs):
        app.command()(command)
