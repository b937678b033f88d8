"""`portal schools import`, `admit-school` and `open-account`: whose the portal is, before anybody has signed in.

Every command takes IDENTITY_DATABASE_URL with identity's other settings, or else the running home.
"""

import asyncio
from pathlib import Path
from typing import Annotated, get_args

import typer

from deploy.cli.access import Email, School, known_role, known_urn
from deploy.cli.screen import console
from deploy.cli.where import HomeOption, identity
from deploy.operate import access, gias
from deploy.trouble import Trouble
from shared import typed
from shared.contracts import Role

app = typer.Typer(no_args_is_help=True, help="The schools of the council, as the register of schools has them.")

FileArgument = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


@app.callback()
def _group() -> None:
    """So that `import` is a word of its own, for more may come."""


@app.command(name="import")
def import_(
    file: FileArgument,
    authority: Annotated[str, typer.Option(help="The local authority's code, three digits.")],
    home: HomeOption = None,
) -> None:
    """Let the open schools of one authority be known, from the CSV of GIAS (edubasealldata…csv). Nobody may act for one
    until it is admitted under an agreement. Again: names are brought up to date."""
    found = gias.open_schools(file, authority)
    admitted = asyncio.run(access.schools_registered(found, identity(home)))
    typer.echo(f"{len(found):,} open schools are known, {admitted:,} of them under an agreement.")


def admit_school(
    urn: School,
    agreement: Annotated[Path, typer.Option(exists=True, dir_okay=False, help="The text agreed to, UTF-8.")],
    home: HomeOption = None,
) -> None:
    """Put a school under an agreement, so that it can be acted for. It is recorded, as done at the machine."""
    school = asyncio.run(access.school_admitted(known_urn(urn), _text_of(agreement), identity(home)))
    state = "can be acted for" if school.status == "live" else "is suspended: `portal resume-school`"
    typer.echo(f"{school.name} is under the agreement and {state}.")


def _text_of(agreement: Path) -> str:
    try:
        text = agreement.read_text(encoding="utf-8-sig")
    except UnicodeError:
        raise Trouble(f"{agreement.name} is not text in UTF-8.") from None
    if not text.strip():
        raise Trouble(f"{agreement.name} is empty: it is what the school agreed to.")
    return text


def open_account(
    email: Email,
    name: Annotated[str, typer.Argument(help="The person's name, as others will read it.")],
    role: Annotated[str, typer.Argument(help=", ".join(get_args(Role)))],
    urn: Annotated[str | None, typer.Argument(help="The school's URN, for a role that is held at a school.")] = None,
    home: HomeOption = None,
) -> None:
    """Open an account for one person; prints, once, with what they sign in. It is recorded, as done at the machine."""
    if "@" not in typed.email(email) or not typed.says_something(name):
        raise Trouble("Give an email address, and the person's name.")
    given = known_role(role, urn)
    opened = asyncio.run(access.account_opened(email, typed.plain(name), given, identity(home)))
    console.print(f"email     {opened.email}\npassword  {opened.password}\nsecret    {opened.code_secret}")
    console.print(f"\nFor an authenticator app: {opened.uri}", markup=False)
    console.print("Hand these over to this person alone: they are shown this once, and kept nowhere.")
