"""`portal demo`: the made-up council's accounts, their codes, and a change in its case system."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer
from rich.table import Table

from deploy.cli.screen import console
from deploy.cli.where import HomeOption, demo
from deploy.trouble import Trouble

app = typer.Typer(no_args_is_help=True, help="The demo council: who may sign in, and what happens in its case system.")


@app.command()
def accounts(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {email, password, role, school}.")] = False,
) -> None:
    """Who may sign in."""
    from deploy.demo.accounts import listed

    rows = listed(demo(home).accounts)
    if as_json:
        typer.echo(json.dumps(rows, indent=2))
        return
    table = Table("role", "school", "email", "password", box=None)
    for row in rows:
        table.add_row(row["role"], row["school"] or "", row["email"], row["password"])
    console.print(table)


@app.command()
def code(email: Annotated[str, typer.Argument(help="An account's email address.")], home: HomeOption = None) -> None:
    """The next time code that this account has not used."""
    from deploy.demo.accounts import NoSuchAccount, next_code

    found_at = demo(home)
    try:
        found = asyncio.run(
            next_code(found_at.accounts, found_at.identity, email, lambda said: typer.echo(said, err=True))
        )
    except NoSuchAccount as error:
        raise Trouble(str(error.__doc__)) from None
    typer.echo(found)


@app.command()
def reallocate(home: HomeOption = None) -> None:
    """Give a child of the demo council another lead worker, in the source database."""
    from deploy.demo import council

    done = asyncio.run(council.reallocate(demo(home).source))
    typer.echo(f"{done.given_name} {done.family_name} ({done.upn}): {done.before} is now {done.after}")


@app.command()
def load(
    schools: Annotated[int, typer.Option(min=2, max=5000, help="Schools of the demo council.")] = 6,
    children: Annotated[int, typer.Option(min=50, help="Children of the demo council.")] = 1200,
) -> None:
    """For containers: make the demo council and its people where PORTAL_SOURCE_URL and IDENTITY_… point.

    Takes PORTAL_ACCOUNTS (a file for the people's secrets), PORTAL_CAPTURE_PASSWORD (of the capture's role), and
    PORTAL_CONNECT_URL with PORTAL_CAPTURE_HOST, where the capture is then registered, with PORTAL_CONNECT_PASSWORD if
    Connect asks for one.
    """
    from deploy.demo import loading

    asyncio.run(loading.load(demo(None), schools, children))
    typer.echo("The demo council is loaded.")
