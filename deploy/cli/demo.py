"""`portal demo`: the made-up council's accounts, their codes, and a change in its case system."""

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from deploy.cli.screen import console, show, show_json
from deploy.cli.where import HomeOption, demo, mail_folder
from deploy.demo import council, loading
from deploy.demo import extract as nightly
from deploy.demo import files as practice
from deploy.demo import intake as case_system
from deploy.demo.accounts import code_now, listed, next_code
from deploy.demo.mail import caught, serve
from deploy.local.places import require_running
from deploy.trouble import Trouble
from shared import clock

app = typer.Typer(no_args_is_help=True, help="The demo council: who may sign in, and what happens in its case system.")


@app.command()
def accounts(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {email, password, role, school}.")] = False,
) -> None:
    """Who may sign in."""
    rows = listed(demo(home).accounts)
    if as_json:
        show_json(rows)
        return
    columns = ("role", "school", "email", "password")
    show(columns, [[row[column] or "" for column in columns] for row in rows])


@app.command()
def code(
    email: Annotated[str | None, typer.Argument(help="An account's email address.")] = None,
    secret: Annotated[
        str | None, typer.Option(help="Of an account of your own: what `portal open-account` said.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """The next time code that this account has not used; with --secret that of now, as an authenticator app has it."""
    if secret:
        typer.echo(code_now(secret))
        return
    if email is None:
        raise Trouble("Give an account's email address, or --secret.")
    where = demo(home)
    typer.echo(asyncio.run(next_code(where.accounts, where.identity, email, lambda said: typer.echo(said, err=True))))


@app.command()
def reallocate(home: HomeOption = None) -> None:
    """Give a child of the demo council another lead worker, in the source database."""
    done = asyncio.run(council.reallocate(demo(home).source))
    typer.echo(f"{done.given_name} {done.family_name} ({done.upn}): {done.before} is now {done.after}")


@app.command()
def extract(home: HomeOption = None) -> None:
    """Lay down an extract of the council's records as they are now, as its nightly job would (`up --model ssd`)."""
    places, _ = require_running(home)
    if places.kept.extracts is None:
        raise Trouble("This council's records come by change data capture, within moments: it gives no extracts.")
    complete_to = asyncio.run(nightly.lay_down(places.source, places.kept.extracts))
    typer.echo(f"laid down, complete to {complete_to:%Y-%m-%d %H:%M:%S} UTC; `portal source status` tells of it")


@app.command()
def files(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet.")],
    schools: Annotated[int, typer.Option(min=2, max=5000, help="Schools of the demo council.")] = 2,
    children: Annotated[int, typer.Option(min=50, help="Children of the demo council.")] = 400,
) -> None:
    """The demo council as files, to practise connecting one with: docs/connect-your-council.md."""
    if folder.exists():
        raise Trouble(f"{folder} is there already: name a folder that is not.")
    practice.write(folder, schools, children, clock.today(datetime.now(UTC)))
    typer.echo(f"In {folder}: extract/, {practice.REGISTER}, rolls/, agreement.txt")


@app.command()
def mail(
    to: Annotated[str | None, typer.Argument(help="Only what was sent to this address.")] = None,
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of {at, to, subject, text}.")] = False,
) -> None:
    """The e-mails that the portal has sent: the demo's mail server takes all, and delivers none."""
    found = [one.told for one in caught(mail_folder(home)) if to in (None, one.to)]
    if as_json:
        show_json([asdict(one) for one in found])
        return
    for one in found:
        console.print(f"[bold]{escape(one.subject)}[/bold]\nto {escape(one.to)} at {one.at}\n\n{escape(one.text)}")


@app.command("catch-mail")
def catch_mail(
    folder: Annotated[Path, typer.Option(envvar="PORTAL_MAIL", help="Where each message is written.")],
    port: Annotated[int, typer.Option(min=1, max=65535)],
    host: Annotated[str, typer.Option()] = "127.0.0.1",
) -> None:
    """The demo's mail server, until it is stopped. `portal up` starts one by itself."""
    asyncio.run(serve(folder, host, port))


@app.command()
def intake(
    home: HomeOption = None,
    pdf: Annotated[str | None, typer.Option(metavar="REFERENCE", help="Write the copy of this one to a file.")] = None,
) -> None:
    """What the council's case system has taken in: each referral once, with the number that it was given."""
    source = demo(home).source
    if pdf:
        Path(f"referral-{pdf}.pdf").write_bytes(asyncio.run(case_system.pdf(source, pdf)))
        typer.echo(f"referral-{pdf}.pdf")
        return
    rows = asyncio.run(case_system.listed(source))
    taken = [
        (one.reference, f"{one.received_at:%Y-%m-%d %H:%M:%S}", one.number or "none yet", str(one.files))
        for one in rows
    ]
    show(("reference", "taken in", "number", "files"), taken, "It has taken in nothing yet.")


@app.command()
def load(
    schools: Annotated[int, typer.Option(min=2, max=5000, help="Schools of the demo council.")] = 6,
    children: Annotated[int, typer.Option(min=50, help="Children of the demo council.")] = 1200,
) -> None:
    """For containers: make the demo council and its people where PORTAL_SOURCE_URL and IDENTITY_… point.

    Takes PORTAL_ACCOUNTS (a file for the people's secrets), PORTAL_CAPTURE_PASSWORD and PORTAL_INTAKE_PASSWORD (of the
    roles that capture and that hand over), and PORTAL_CONNECT_URL with PORTAL_CAPTURE_HOST, where the capture is then
    registered, with PORTAL_CONNECT_PASSWORD if Connect asks for one.
    """
    asyncio.run(loading.load(demo(None), schools, children))
    typer.echo("The demo council is loaded.")
