"""`portal roll check`: what a school's roll file says, before it is uploaded; by itself, without a portal."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from deploy.cli.screen import console
from deploy.trouble import Trouble
from services.feed.roll_changes.domain import Altered, KeptChild, RollChange, compare, described, needs_reason, said
from services.feed.roll_files.reading import read_roll
from services.feed.roll_files.roll import FAULTS_SHOWN, ReadRoll, RollEntry, RollRefused
from services.feed.uploads import UploadedChild
from shared import clock

app = typer.Typer(no_args_is_help=True, help="Rolls that schools upload: look at a file before it is uploaded.")

SHARE = 0.25
NOWHERE = "000000"
KINDS = {"ctf": "a Common Transfer File", "oneroster": "OneRoster", "csv": "a CSV table"}


@app.callback()
def _group() -> None:
    """So that `check` is a word of its own, for more may come."""


@app.command(name="check")
def look(
    file: Annotated[Path, typer.Argument(help="CTF, OneRoster (zip) or CSV.", exists=True, dir_okay=False)],
    before: Annotated[
        Path | None, typer.Option(help="The roll as it was: then also who would join, leave and be changed.")
    ] = None,
    names: Annotated[bool, typer.Option("--names", help="Name the children too. Else rows and counts only.")] = False,
) -> None:
    """What can be read in this file, row by row what cannot, and what would change. Nothing is uploaded or kept."""
    read = _read(file)
    kept = [] if before is None else [_kept(entry) for entry in _read(before).entries]
    keys = (f"new {number}" for number in count(1))
    change = compare(read, kept, NOWHERE, clock.today(datetime.now(UTC)), lambda: next(keys))
    console.print(f"This is {KINDS[read.format]}{_of(read)}.\n")
    for sentence in _sentences(read, change, before is not None):
        console.print(f"- {escape(sentence)}")
    _show_faults(change)
    if names and before is not None:
        _show_names(change)


def _read(file: Path) -> ReadRoll:
    try:
        return read_roll(file.read_bytes(), clock.today(datetime.now(UTC)))
    except RollRefused as refused:
        lines = "\n".join(f"- {one}" for one in refused.sentences)
        raise Trouble(f"{file.name} would be refused. To be mended:\n{lines}") from None


def _kept(entry: RollEntry) -> KeptChild:
    """A child of the earlier file, as if it were on the roll."""
    born = entry.born if isinstance(entry.born, str) or entry.born is None else entry.born.isoformat()
    key = f"row {entry.row}"
    child = UploadedChild(key, True, entry.given_name, entry.family_name, born, entry.upn, entry.former_upns, "")
    return KeptChild(child, described(entry), on_roll=True)


def _of(read: ReadRoll) -> str:
    known = (read.school.name, read.school.number or read.school.urn)
    named = ", ".join(one for one in known if one)
    return f" of {escape(named)}" if named else ""


def _sentences(read: ReadRoll, change: RollChange, compared: bool) -> Iterator[str]:
    yield from said(change, read) if compared else (one for one in said(change, read) if " would join" not in one)
    without = Counter("UPN" for one in read.entries if not one.upn)
    if without:
        yield f"{without['UPN']} have no UPN: they are found by name and date of birth."
    if why := needs_reason(change, SHARE):
        yield f"{why} It would be held until somebody presses a second time and says why."


def _show_faults(change: RollChange) -> None:
    for fault in sorted(change.faults, key=lambda one: one.row)[:FAULTS_SHOWN]:
        console.print(f"  {escape(fault.sentence)}")
    if len(change.faults) > FAULTS_SHOWN:
        console.print(f"  And {len(change.faults) - FAULTS_SHOWN} more.")


def _show_names(change: RollChange) -> None:
    for word, children in (("Joins", change.joins), ("Leaves", change.leaves)):
        for child in children:
            console.print(f"  {word}: {escape(child.given_name)} {escape(child.family_name)}")
    for altered in change.changes:
        console.print(f"  Changed: {_altered(altered)}")


def _altered(altered: Altered) -> str:
    child = altered.child
    return f"{escape(child.given_name)} {escape(child.family_name)} ({', '.join(altered.what)})"
