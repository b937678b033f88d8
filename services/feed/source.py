"""What a source is: its tables, the key and the owner of each row, and the rules that make states of its rows."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, NamedTuple
from uuid import UUID

from services.feed.uploads import Uploads
from shared.contracts import State

Body = dict[str, Any]
"""A row's cells by column. Keys, texts and flags stand in it as they are; dates and moments as the way writes them,
until the way has decoded them into `date` and `datetime`."""

Kind = Literal["child", "worker", "team", "freshness"]
"""Of what there are states. `freshness` is the source's heartbeat row: up to when everything has come."""

STAFF: tuple[Kind, ...] = ("worker", "team")

Side = Literal["roll", "care"]
"""Whose record of a child it is: the roll's (a school's or the education database's) or social care's. A source whose
children come from one table has the first only."""

Type = Literal["whole", "text", "texts", "flag", "date", "moment"]
"""What a column holds: a whole number of 64 bits, a text, a list of texts, true or false, a day, a moment with zone."""

BIGINT = 2**63
KEY_MAX = 200
"""Characters of a key that is text. A longer one is no key: an index of PostgreSQL has to hold it."""


CARE = "care"
"""With this, and a colon or the part's name, begins the key of a child of social care's side."""
PART = "@"
"""Before the name of a part in keys: `@education:12`, and of social care's side `care@early:12`."""

BEFORE = re.compile(rf"\A(?:{CARE}:|(?:{CARE})?{PART}[a-z0-9_]+:|\\)")

Gives = Literal["roll", "care", "staff"]
"""For what a source can be read: children and the schools they are at; children whom social care knows, their cases and
workers; workers and teams, and how to reach them."""


class Subject(NamedTuple):
    """Somebody or something that has a state: a child, a worker, a team or the heartbeat, by its key in the source."""

    kind: Kind
    key: str


Place = tuple[str, str]
"""A row's table and key."""


class SourceRow(NamedTuple):
    """One row, its dates decoded. `about`: the key of the child whom it is about; None: it is about no child.

    Of a roll's record that is linked with one of social care the rows of both are about the first.
    """

    table: str
    key: str
    about: str | None
    body: Body


class Described(NamedTuple):
    """By what a child's two records are known to be of one child. Empty or None: not there, or it cannot be read.

    `upns`: the present one and former ones, of the right form.
    """

    given_name: str
    family_name: str
    born: date | None
    upns: tuple[str, ...] = ()


class LeftOut(NamedTuple):
    """A cell that cannot be used for a subject's state: in which row, and why in one word; never what it holds."""

    subject: Subject
    table: str
    key: str
    column: str
    why: str


class Derived(NamedTuple):
    """States at revision 0, by subject, and the cells that could not be used for them."""

    states: Mapping[Subject, State]
    left_out: set[LeftOut]


@dataclass(frozen=True, kw_only=True)
class Directory:
    """A small list that a council keeps beside a table, e.g. its staff's telephone numbers: only extracts have it.

    Its row with this `key` (a column of its own) is put into each row of the table that has the same text in the column
    `on`: `columns`, which are the table's too. Where it has none they are empty. `some`: most rows are in no such list.
    """

    name: str
    key: str
    on: str
    columns: tuple[str, ...]
    some: bool = False


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of the source.

    `columns`: the captured ones, and what each holds. `key`: the columns of its key, each `whole` or `text`.
    `kind`: each of its rows is a child, a worker, a team or the heartbeat. `about`: the columns that hold the key of
    the child whom a row is about. `refers`: the columns that hold the key of a worker or a team. `side`: in a source
    whose children come from two tables, of which of them its rows are, or of which one the key in `about` is. `ends`:
    the column that says from when on a row is over; `moves`: those that put it elsewhere (another worker, another
    school): of what comes as a whole, too many changes of either wait for a person. `joins`: what is put into each row.

    Where several sources are read at once: `gives`, what its rows are, if `side` and `kind` do not say it; `part`, the
    name of the source, as it stands in keys; `shared`: its keys of workers and teams are those of all that share them.
    """

    columns: Mapping[str, Type]
    key: tuple[str, ...]
    kind: Kind | None = None
    about: tuple[str, ...] = ()
    side: Side = "roll"
    refers: Mapping[tuple[str, ...], Kind] = field(default_factory=dict)
    ends: str | None = None
    moves: tuple[str, ...] = ()
    joins: tuple[Directory, ...] = ()
    gives: Gives | None = None
    part: str = ""
    shared: bool = False

    @property
    def own_columns(self) -> tuple[str, ...]:
        """Those that the table has itself."""
        joined = {column for directory in self.joins for column in directory.columns}
        return tuple(column for column in self.columns if column not in joined)

    @property
    def owner(self) -> tuple[str, ...]:
        """The columns that say whose row it is: a child's own row is its own."""
        return self.key if self.kind == "child" else self.about

    def key_in(self, body: Body, columns: tuple[str, ...]) -> str | None:
        """The key that these columns hold, as text; None where one of them is empty or holds what is no key."""
        parts = []
        for column in columns:
            part = _part(self.columns[column], body.get(column))
            if part is None:
                return None
            parts.append(part)
        return _joined(parts) if parts else None

    def owner_in(self, body: Body) -> str | None:
        """The key of the child whom the row is about, if it says so; no two of its side and the other are alike."""
        key = self.key_in(body, self.owner)
        return None if key is None else self.child(key)

    def child(self, key: str) -> str:
        """The key of a child among those of all sides and parts. Of a source alone that of the roll stays as it is, and
        with it the child's id."""
        side = CARE if self.side == "care" else ""
        if self.part or side:
            return f"{side}{PART}{self.part}:{key}" if self.part else f"{side}:{key}"
        return f"\\{key}" if key.startswith((f"{CARE}:", f"{CARE}{PART}", PART, "\\")) else key

    def staff(self, key: str) -> str:
        """The key of a worker or a team among those of all parts."""
        if self.part and not self.shared:
            return f"{PART}{self.part}:{key}"
        return f"\\{key}" if key.lstrip("\\").startswith(PART) else key

    def key_of(self, subject: Subject) -> str | None:
        """The key that this child, worker or team has in the source of this table; None: it is of another."""
        made = self.child if subject.kind == "child" else self.staff
        return next((key for key in (row_key(subject.key), subject.key) if made(key) == subject.key), None)

    def no_keys(self, body: Body) -> set[str]:
        """The columns that say whose row it is and hold something that is no key. An empty one is not among them."""
        return {c for c in self.owner if body.get(c) is not None and _part(self.columns[c], body[c]) is None}


def row_key(child: str) -> str:
    """The key of a child's own row, by the child's key among those of all sides and parts."""
    return BEFORE.sub("", child, count=1)


def _part(type: Type, value: object) -> str | None:
    """One column of a key as text; None if it is none."""
    if type == "whole":
        fits = isinstance(value, int) and not isinstance(value, bool) and -BIGINT <= value < BIGINT
        return str(value) if fits else None
    return value if isinstance(value, str) and 0 < len(value) <= KEY_MAX else None


def _joined(parts: Sequence[str]) -> str:
    """One text for the whole key: one part as it is; several with slashes between them, so that no two keys collide."""
    if len(parts) == 1:
        return parts[0]
    return "/".join(part.replace("\\", "\\\\").replace("/", "\\/") for part in parts)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source as a value: a folder under sources/ makes one, under its own name.

    `heartbeat`: the row that says up to when everything has come. `derivation`: raised with every change of the rules;
    then everything is derived anew. `derive(rows, ids, today)`: the states of whomever these rows are, and what of the
    rows could not be used; pure. All rows about a subject are given, and an id for whomever they name.

    `described(row)`: what a child's own row says of who it is; pure, and it never raises. None: a child is known by its
    key alone, to no other source and to no roll that a school uploads. Where a table of kind `child` is of each side,
    two records that are of one child are one subject (services/feed/linking): `derive` is given the rows of both, all
    about the roll's. `uploads`: where the rolls go that schools upload; None: it takes none.

    Of several sources as one (services/feed/several): `beats`, where the heartbeat's row of each is; `rules`, another
    text whenever something of how they are put together is another.
    """

    name: str
    tables: Mapping[str, Table]
    heartbeat: Subject
    derivation: int
    derive: Callable[[Sequence[SourceRow], Mapping[Subject, UUID], date], Derived]
    described: Callable[[SourceRow], Described] | None = None
    uploads: Uploads | None = None
    beats: tuple[Place, ...] = ()
    rules: str = ""

    @property
    def two_sided(self) -> bool:
        """Whether a child may have two records, so that it must be found out which are of one."""
        return any(table.kind == "child" and table.side == "care" for table in self.tables.values())

    @property
    def describes(self) -> bool:
        """Whether it is kept how children are described: to link records, or to find children of uploaded rolls."""
        return self.two_sided or self.uploads is not None

    def places(self, subject: Subject) -> list[Place]:
        """Where this subject's own rows are; of several sources as one there may be one in each."""
        if subject == self.heartbeat:
            return list(self.beats or [(self.own_tables("freshness")[0], subject.key)])
        found = ((name, self.tables[name].key_of(subject)) for name in self.own_tables(subject.kind))
        return [(name, key) for name, key in found if key is not None]

    def own_tables(self, kind: Kind) -> list[str]:
        """The tables whose rows are of this kind."""
        return [name for name, table in self.tables.items() if table.kind == kind]

    @property
    def staff(self) -> dict[str, Kind]:
        """The tables whose rows are workers or teams, with what their rows are."""
        return {name: table.kind for name, table in self.tables.items() if table.kind and table.kind in STAFF}

    def subjects(self, table: str, key: str, owners: Iterable[str | None]) -> set[Subject]:
        """Subjects whose state this row can change; `owners`: the children whom it was and is about."""
        at = self.tables.get(table)
        if at is None or at.kind is None or at.kind == "child":
            return {Subject("child", about) for about in owners if about is not None}
        return {self.heartbeat if at.kind == "freshness" else Subject(at.kind, at.staff(key))}

    def named(self, rows: Iterable[SourceRow]) -> set[Subject]:
        """The workers and teams that these rows refer to: each needs an id before the rows are read."""
        return {
            Subject(kind, self.tables[row.table].staff(key))
            for row in rows
            for columns, kind in self.tables[row.table].refers.items()
            if (key := self.tables[row.table].key_in(row.body, columns)) is not None
        }
