"""`portal push-client`: who may push the council's records. Each client has a secret, which is shown once."""

import asyncio
import os
import re
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.screen import show
from deploy.cli.where import HomeOption
from deploy.local.places import require_running
from deploy.operate import databases, pushing
from deploy.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="Who may push the council's records (FEED_WAY=push).")

NAME, LA_CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,49}"), re.compile(r"[0-9]{3}")
ClientName = Annotated[str, typer.Argument(metavar="CLIENT", help="Its client_id: small letters, digits, hyphens.")]


@app.command()
def add(
    name: ClientName,
    la_code: Annotated[str, typer.Argument(help="The authority for which it sends, three digits.")],
    home: HomeOption = None,
) -> None:
    """Let a sender push, and show its secret and its SupplierKey: once, for only their digests are kept.

    Takes FEED_DATABASE_URL, or else the running home.
    """
    if not NAME.fullmatch(name) or not LA_CODE.fullmatch(la_code):
        raise Trouble("A client's name has small letters, digits, dots and hyphens; an authority has three digits.")
    shown = asyncio.run(pushing.add(_database(home), name, la_code))
    if shown is None:
        raise Trouble(f"There is a client {name} already: end it, and add another under a new name.")
    typer.echo(f"client_id: {name}\nclient_secret: {shown.client_secret}\nSupplierKey: {shown.supplier_key}")


@app.command()
def end(name: ClientName, home: HomeOption = None) -> None:
    """Let a sender push no more, at once. Takes FEED_DATABASE_URL, or else the running home."""
    if not asyncio.run(pushing.end(_database(home), name)):
        raise Trouble(f"There is no client {name} that may push.")
    typer.echo(f"{name} can push no more.")


@app.command(name="list")
def list_clients(home: HomeOption = None) -> None:
    """Who may push, and who could. Takes FEED_DATABASE_URL, or else the running home."""
    found = asyncio.run(pushing.clients(_database(home)))
    rows = [(c.id, c.la_code, f"{c.added_at:%Y-%m-%d}", f"{c.ended_at:%Y-%m-%d}" if c.ended_at else "") for c in found]
    show(("client", "authority", "added", "ended"), rows, "Nobody may push.")


def _database(home: Path | None) -> str:
    given = os.environ.get("FEED_DATABASE_URL")
    return given or require_running(home)[0].database("feed", databases.user("feed"))
