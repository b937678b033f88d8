"""`portal source`: an extract looked at before it is taken, what became of those that were, and a person's release."""

import asyncio
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from deploy.cli.roll import read_file
from deploy.cli.screen import console, show, show_json
from deploy.cli.where import HomeOption
from deploy.local.places import require_running
from deploy.operate import databases, extracts, pushing, tables
from deploy.operate.pushing import PushStanding
from deploy.trouble import Trouble
from services.feed.chosen import Chosen, load
from services.feed.trying.commands import Tried, check, dry_run
from services.feed.ways.extract import manifest, signing
from services.feed.ways.extract.reading import ExtractReading
from services.feed.ways.extract.refused import ExtractRefused, count
from shared import clock

app = typer.Typer(
    no_args_is_help=True, help="A council's extracts: look at one before it is taken, lay it down, release a held one."
)

FolderArgument = Annotated[Path, typer.Argument(help="The folder of one extract, with its manifest.json.")]
SourceOption = Annotated[str, typer.Option("--source", help="By which rules: a folder of services/feed/sources.")]
KEYS_SHOWN = 5


@app.command(name="check")
def look(folder: FolderArgument, source: SourceOption = "ssd") -> None:
    """Whether this extract can be read: its manifest, its files, their columns and rows. Nothing is taken."""
    try:
        reading = check(folder, _chosen(source), datetime.now(UTC))
    except ExtractRefused as refused:
        raise _told(refused) from None
    _greet(reading)
    _say(_remarks(reading))


@app.command(name="dry-run")
def try_out(
    folder: FolderArgument,
    source: SourceOption = "ssd",
    roll: Annotated[
        list[Path] | None,
        typer.Option(help="A roll that a school would upload; several times. Of an extract without pupils."),
    ] = None,
) -> None:
    """What would be taken of this extract, linked and left out, by itself. Nothing is taken."""
    now, chosen = datetime.now(UTC), _chosen(source)
    rolls = [read_file(file) for file in roll or ()]
    try:
        if rolls and not ExtractReading(manifest.read(folder, chosen.source, now), chosen.source).is_without_rolls:
            raise Trouble("This extract has pupils of its own: leave --roll out.")
        tried = dry_run(folder, chosen, now, clock.today(now), rolls)
    except ExtractRefused as refused:
        raise _told(refused) from None
    _greet(tried.reading)
    _say(_would_be_known(tried))
    _say(_remarks(tried.reading))
    _show_left_out(tried)


@app.command()
def sign(
    folder: FolderArgument,
    complete_to: Annotated[
        datetime, typer.Option("--complete-to", help="Up to when the records are complete, in UTC: when the job began.")
    ],
    source: SourceOption = "ssd",
) -> None:
    """Write the manifest.json of a folder whose files are all there. Your job may write it itself: then leave this."""
    try:
        signed = signing.sign(folder, _chosen(source).source, complete_to.replace(tzinfo=UTC), datetime.now(UTC))
    except ExtractRefused as refused:
        raise _told(refused) from None
    typer.echo(f"{len(signed.files)} files are signed, complete to {_at(signed.complete_to)}.")


@app.command()
def pull(
    folder: Annotated[Path, typer.Argument(help="A folder that is not there yet, for the extract.")],
    lists: Annotated[Path, typer.Option(exists=True, file_okay=False, help="Where your own lists lie: roles.csv …")],
    complete_to: Annotated[
        datetime, typer.Option("--complete-to", help="When the job that fills the tables began, in UTC.")
    ],
    schema: Annotated[str, typer.Option(help="Where the tables are.")] = "public",
    source: SourceOption = "ssd",
) -> None:
    """Read the tables from a PostgreSQL database in one transaction, into a signed extract; add it then.

    Takes PORTAL_EXTRACT_URL, the DSN of a role that may SELECT the columns that are read, and nothing else.
    """
    if not (dsn := os.environ.get("PORTAL_EXTRACT_URL")):
        raise Trouble("Set PORTAL_EXTRACT_URL: where the tables are.")
    rows = asyncio.run(tables.read_tables(dsn, schema, _chosen(source).source, lists, folder))
    typer.echo(f"{len(rows)} tables are read, {sum(rows.values()):,} rows.")
    sign(folder, complete_to, source)


@app.command()
def add(folder: FolderArgument, source: SourceOption = "ssd", home: HomeOption = None) -> None:
    """Check an extract, and lay it down where the feed takes it. Takes FEED_EXTRACTS, or else the running home."""
    given = os.environ.get("FEED_EXTRACTS")
    extracts_in = Path(given) if given else require_running(home)[0].kept.extracts
    if extracts_in is None:
        raise Trouble("This home's council gives no extracts: it was not made with `portal up --model ssd`.")
    try:
        reading = check(folder, _chosen(source), datetime.now(UTC))
    except ExtractRefused as refused:
        raise _told(refused) from None
    extracts.lay_down(reading.manifest, extracts_in)
    _say(_remarks(reading))
    typer.echo("It is laid down. The feed takes it within seconds; `portal source status` says what becomes of it.")


@app.command()
def status(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False,
) -> None:
    """What became of the last extracts, and why. Takes FEED_DATABASE_URL, or else the running home."""
    found = asyncio.run(extracts.listed(_database(home)))
    if as_json:
        show_json([one._asdict() for one in found])
        return
    columns = ("number", "folder", "complete to", "became", "released by")
    rows = [(str(e.id), e.folder, _at(e.complete_to), e.state, e.released_by or "") for e in found]
    show(columns, rows, "No extract was found yet.")
    for one in found:
        if one.sentences and one.state in ("held", "refused"):
            console.print(f"\n[bold]{one.id} is {one.state}[/bold]")
            _say(iter(one.sentences))
    if told := list(_pushed(asyncio.run(pushing.standing(_database(home))))):
        _say(iter(told))


@app.command()
def release(
    number: Annotated[int, typer.Argument(help="Which one: `portal source status` shows its number.")],
    by: Annotated[str, typer.Option(help="Who releases it; it is kept.")],
    reason: Annotated[str, typer.Option(help="Why it is right as it is; it is kept.")],
    home: HomeOption = None,
) -> None:
    """Let an extract be taken that is held. Takes FEED_DATABASE_URL, or else the running home."""
    if not (by.strip() and reason.strip()):
        raise Trouble("Say who releases it, and why: both are kept.")
    if not asyncio.run(extracts.release(_database(home), number, by.strip(), reason.strip())):
        raise Trouble(f"Extract {number} is not held: see `portal source status`.")
    typer.echo(f"Extract {number} is released; it is taken as it was read.")


def _chosen(source: str) -> Chosen:
    try:
        return load(source, "extract")
    except ValueError as error:
        raise Trouble(str(error)) from None


def _database(home: Path | None) -> str:
    given = os.environ.get("FEED_DATABASE_URL")
    return given or require_running(home)[0].database("feed", databases.user("feed"))


def _told(refused: ExtractRefused) -> Trouble:
    lines = "\n".join(f"- {one}" for one in refused.sentences)
    return Trouble(f"This extract would be refused. To be mended:\n{lines}")


def _greet(reading: ExtractReading) -> None:
    at = _at(reading.manifest.complete_to)
    console.print(f"This extract can be read. It is complete to {at}.\n")
    show(("file", "rows"), [(reading.file(name), f"{c.rows:,}") for name, c in sorted(reading.counted.items())])
    console.print("")


def _remarks(reading: ExtractReading) -> Iterator[str]:
    """What is no reason to refuse it, and should be looked at."""
    for sentence in reading.doubts():
        yield f"It would be held for a person: {sentence}"
    for name, counted in sorted(reading.counted.items()):
        file = reading.file(name)
        for directory, rows in sorted(counted.unlisted.items()):
            yield f"{file}: {count(rows, 'row')} with a key that {reading.file(directory)} does not list."
        if counted.nobodys:
            yield f"{file}: {count(counted.nobodys, 'row')} without the key of the child whom it is about."
        if counted.orphans:
            yield f"{file}: {count(counted.orphans, 'row')} about a child who has no row of its own."
    if reading.is_without_rolls:
        yield "It has no pupils: a child is on a roll where a school has uploaded one, and on no other."
    for unread in reading.manifest.unread:
        yield f"{unread} is not read."


def _would_be_known(tried: Tried) -> Iterator[str]:
    c, pairs = tried.counts, tried.pairs
    yield f"{c['children on a roll']:,} children on the rolls of {count(len(tried.schools), 'school')} today,"
    yield f"{c['children'] - c['children on a roll']:,} children on none."
    yield f"{c['children with an open case']:,} of them have an open case, {c['children with a worker']:,} a worker."
    yield f"{c['restricted children']:,} are restricted: nothing is told of them but to telephone."
    yield f"{c['children in doubt']:,} are in doubt, for a cell or a link: a school is told to telephone."
    yield (
        f"Of {c['people']:,} people of social care {pairs['linked']:,} are linked with a pupil, {pairs['marked']:,} of"
        f" them though something differs; {count(pairs['waiting'], 'pair')} would wait for a person to decide."
    )
    yield f"{c['workers']:,} workers, {c['workers without a telephone']:,} without a telephone; {c['teams']:,} teams."


def _pushed(standing: PushStanding) -> Iterator[str]:
    """How pushing stands, if anything was ever pushed."""
    if standing.accepted_at:
        yield f"Last pushed {_at(standing.accepted_at)}; {standing.children:,} children taken in all."
    if standing.refused_at:
        yield f"Last refused {_at(standing.refused_at)}: {' '.join(standing.sentences)}"
    if standing.waiting:
        yield f"Children of refused batches: {standing.waiting:,}. They must be sent anew before anything is complete."


def _show_left_out(tried: Tried) -> None:
    rows = [
        (table, column, why, f"{len(keys):,}", ", ".join(sorted(keys)[:KEYS_SHOWN]))
        for (table, column, why), keys in sorted(tried.left_out.items())
    ]
    show(("table", "column", "why", "cells", "first keys"), rows, "Every cell can be used.")


def _say(sentences: Iterator[str]) -> None:
    for sentence in sentences:
        console.print(f"- {escape(sentence)}")
    console.print("")


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "?"
