"""What lookup should keep of somebody by the source's rows, what it keeps, and in which parts the two differ. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from services.feed.source import Kind, Subject
from services.feed.sources.reading import OVER_DAYS
from services.lookup.records.domain import OnRoll, Perhaps, on_rolls, perhaps
from services.lookup.records.projections import CHILD, TEAMS, WORKERS
from shared.contracts import State
from shared.contracts.feed import Child, Team, Worker

Parts = Mapping[str, Any]
"""What is kept of one child, worker or team: a value by column, and rows by table, sorted. Empty: nothing is."""

ROWS: Mapping[str, tuple[str, ...]] = {
    "roll": OnRoll._fields[1:-1],
    "perhaps": Perhaps._fields[1:-1],
    "open_case": ("team_id", "starts", "ends"),
    "allocation": ("worker_id", "lead", "starts", "ends"),
}
"""Tables of lookup with rows about a child, and their columns beside child_id; but for the keys, which lookup computes
by itself, and again when their version rises."""
KEPT: Mapping[Kind, Any] = {"child": CHILD, "worker": WORKERS, "team": TEAMS}
WHOLE = "doubtful"
"""The column that says that something newer came and could not be kept."""


class Difference(NamedTuple):
    """Somebody of whom lookup keeps something else than the source means. `id` None: the feed has never emitted them.
    `key` None: the feed does not know them. `part`: a column, a table, or `missing`, `left_behind`, `unknown`."""

    kind: Kind
    key: str | None
    id: UUID | None
    part: str


def columns_of(kind: Kind) -> tuple[str, ...]:
    return (*KEPT[kind].columns, WHOLE)


def expected(state: State | None, today: date) -> Parts:
    """What should be kept of a state; of none, or of one that has ended, nothing."""
    if state is None or state.ended:
        return {}
    match state:
        case Child():
            return {**_row("child", state), **_rows_of(state, today)}
        case Worker():
            return _row("worker", state)
        case Team():
            return _row("team", state)
    raise TypeError(type(state).__name__)


def _row(kind: Kind, state: State) -> dict[str, Any]:
    kept = KEPT[kind]
    values = dict(zip(kept.columns, kept.row(state)[1:], strict=True))
    words = {name: sorted(values[name].split()) for name, type in kept.columns.items() if type == "words"}
    return {**values, **words, WHOLE: False}


def _rows_of(child: Child, today: date) -> dict[str, Any]:
    found: dict[str, Iterable[tuple[Any, ...]]] = {
        "roll": (row[1:-1] for row in on_rolls(child)),
        "perhaps": (row[1:-1] for row in perhaps(child)),
        "open_case": ((case.team_id, case.starts, case.ends) for case in child.cases if not case.doubtful),
        "allocation": ((a.worker_id, a.lead, a.starts, a.ends) for a in child.allocations),
    }
    return {table: in_order(rows, table, today) for table, rows in found.items()}


def in_order(rows: Iterable[tuple[Any, ...]], table: str, today: date) -> list[tuple[Any, ...]]:
    """Each once, for a source may have the same twice; without those that are over: the feed leaves history out when it
    derives anew, and nothing rests on it."""
    ends = ROWS[table].index("ends")
    over = today - timedelta(days=OVER_DAYS)
    return sorted({row for row in rows if row[ends] is None or row[ends] > over}, key=repr)


def kept(kind: Kind, row: Mapping[str, Any]) -> Parts:
    """What a row of lookup says, in the same shape; nothing of one that has ended."""
    if row["ended"]:
        return {}
    words = {name: sorted(row[name]) for name, type in KEPT[kind].columns.items() if type == "words"}
    return {**{name: row[name] for name in columns_of(kind)}, **words}


def differing(subject: Subject, id: UUID | None, should: Parts, has: Parts) -> list[Difference]:
    """One for each part that differs."""
    if not should:
        parts = ["left_behind"] if any(has.values()) else []
    elif WHOLE not in has:
        parts = ["missing"]
    else:
        parts = [part for part in should if should[part] != has.get(part)]
    return [Difference(subject.kind, subject.key, id, part) for part in parts]
