"""`portal demo`: the made-up council's accounts, their codes, and a change in its case system."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from deploy import databases
from deploy.home import HomeOption, accounts_file, require_running
from deploy.local.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="The demo council: who may sign in, and what happens in its case system.")


@app.command()
def accounts(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {email, password, role, school}.")] = False,
) -> None:
    """Who may sign in."""
    from deploy.demo.accounts import listed

    places, _ = require_running(home)
    rows = listed(accounts_file(places.home))
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("role", "school", "email", "password", box=None)
    for row in rows:
        table.add_row(row["role"], row["school"] or "", row["email"], row["password"])
    Console(soft_wrap=True, highlight=False).print(table)


@app.command()
def code(email: Annotated[str, typer.Argument(help="An account's email address.")], home: HomeOption = None) -> None:
    """The next time code that this account has not used."""
    from deploy.demo.accounts import NoSuchAccount, next_code

    places, _ = require_running(home)
    dsn = places.database("identity", databases.user("identity"))
    try:
        found = asyncio.run(next_code(accounts_file(places.home), dsn, email, lambda said: typer.echo(said, err=True)))
    except NoSuchAccount as error:
        raise Trouble(str(error.__doc__)) from None
    typer.echo(found)


@app.command()
def reallocate(home: HomeOption = None) -> None:
    """Give a child of the demo council another lead worker, in the source database."""
    from deploy.demo import council

    places, _ = require_running(home)
    done = asyncio.run(council.reallocate(places.source))
    typer.echo(f"{done.given_name} {done.family_name} ({done.upn}): {done.before} is now {done.after}")
