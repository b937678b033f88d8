"""Reads a whole extract, some rows at a time: checks each file, puts the lists beside the tables into their rows."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.feed.source import STAFF, Body, Directory, Source, Table
from services.feed.ways.extract.cells import NOBODY, day, written
from services.feed.ways.extract.files import lines
from services.feed.ways.extract.manifest import ListedFile, Manifest
from services.feed.ways.extract.refused import ExtractRefused, at_lines, count

AT_ONCE = 2_000
"""Rows in one batch."""
DIRECTORY_MAX = 200_000
"""Rows of a list that is put beside a table: it is held in memory."""
STRANGE_SHARE = 0.05
"""Of a column with more dates than this that are none the extract is refused: another format, and no slips."""
STRANGE_MIN = 20
LOST_SHARE = 0.02
LOST_MIN = 20
"""With more rows than this about somebody who is not there, half of a table is missing, and no row is to blame."""
LOST = {
    "child": "are about a child who has no row of its own",
    "nobody": "do not say about which child they are",
    "worker": "name a worker who has no row of its own",
    "team": "name a team that has no row of its own",
}

Listing = Mapping[str, Mapping[str, str]]
"""Rows of a list by their key."""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row as it is to be kept. `owner`: the child whom it is about."""

    table: str
    key: str
    owner: str | None
    body: Body


@dataclass(slots=True)
class Counted:
    """What was seen in one table: numbers, and the lines of what is wrong; never a cell."""

    rows: int = 0
    keyless: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    dates: Counter[str] = field(default_factory=Counter)
    strange: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    unlisted: Counter[str] = field(default_factory=Counter)
    """Rows whose key a list lacks, by the list's name."""
    nobodys: int = 0
    """Rows about a child that name none."""
    orphans: int = 0
    """Rows about a child who has no row of its own."""
    strangers: Counter[str] = field(default_factory=Counter)
    """Rows that name a worker or a team without a row of its own, by `worker` and `team`."""


class ExtractReading:
    """One extract being read. `batches` gives its rows; ended without ExtractRefused, the extract is whole."""

    def __init__(self, manifest: Manifest, source: Source) -> None:
        self.manifest, self._source = manifest, source
        self.counted: dict[str, Counted] = {}
        self._known: dict[str, set[int]] = defaultdict(set)
        """Digests of the keys that have a row of their own, by kind."""

    @property
    def is_without_rolls(self) -> bool:
        """Whether all rolls are those that schools upload."""
        uploads = self._source.uploads
        return uploads is not None and uploads.child not in self.manifest.files

    def file(self, name: str) -> str:
        """What the file of a table or a list is called."""
        return self.manifest.files[name].path.name

    def batches(self) -> Iterator[list[ReadRow]]:
        """Every row, in lists of at most AT_ONCE. Raises ExtractRefused, with what is wrong in any file, at the end."""
        wrong: list[str] = []
        for name, table in sorted(self._source.tables.items(), key=_turn):
            if table.kind == "freshness":
                yield [self._heartbeat(name, table)]
                continue
            if name not in self.manifest.files:
                continue  # schools upload their rolls
            try:
                yield from self._table(name, table)
            except ExtractRefused as refused:
                wrong.extend(refused.sentences)
        if wrong:
            raise ExtractRefused(*wrong)

    def _heartbeat(self, name: str, table: Table) -> ReadRow:
        """Up to when all is complete: the manifest's word, in the one moment of that table."""
        at = next(column for column, type in table.columns.items() if type == "moment")
        key = self._source.heartbeat.key
        return ReadRow(name, key, None, {table.key[0]: key, at: self.manifest.complete_to.isoformat()})

    def _table(self, name: str, table: Table) -> Iterator[list[ReadRow]]:
        beside = [(directory, self._listing(directory, table)) for directory in table.joins]
        counted = self.counted[name] = Counted()
        seen: set[int] = set()
        batch: list[ReadRow] = []
        for line, texts in lines(self.manifest.files[name], table.own_columns):
            counted.rows += 1
            body = _body(table, texts)
            _join(counted, beside, body, table)
            _judge_dates(counted, table, body, line)
            key = table.key_in(body, table.key)
            if key is None:
                counted.keyless.append(line)
            elif (known := hash(key)) in seen:
                counted.twice.append(line)
            else:
                seen.add(known)
                row = ReadRow(name, key, table.owner_in(body), body)
                self._judge_names(counted, table, row)
                batch.append(row)
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
        yield batch
        if sentences := list(_faults(self.file(name), table, counted)):
            raise ExtractRefused(*sentences)

    def _judge_names(self, counted: Counted, table: Table, row: ReadRow) -> None:
        """Whether those whom a row names are there."""
        if table.kind in STAFF:
            self._known[str(table.kind)].add(hash(row.key))
        elif table.owner == table.key:
            self._known["child"].add(hash(row.owner))
        elif row.owner is None:
            counted.nobodys += 1
        elif hash(row.owner) not in self._known["child"]:
            counted.orphans += 1
        for columns, kind in table.refers.items():
            key = table.key_in(row.body, columns)
            counted.strangers[kind] += key is not None and hash(key) not in self._known[kind]

    def doubts(self) -> Iterator[str]:
        """Why a whole extract should wait for a person: too much of it is about somebody who is not in it."""
        for name, counted in self.counted.items():
            lost = {"child": counted.orphans, "nobody": counted.nobodys, **counted.strangers}
            for whom, rows in lost.items():
                if rows >= LOST_MIN and rows > LOST_SHARE * counted.rows:
                    yield (
                        f"{rows:,} of {count(counted.rows, 'row')} ({rows / counted.rows:.0%}) of {self.file(name)}"
                        f" {LOST[whom]}."
                    )

    def _listing(self, directory: Directory, table: Table) -> Listing:
        """A list that lies beside a table, by its key."""
        listed: ListedFile = self.manifest.files[directory.name]
        if listed.rows > DIRECTORY_MAX:
            raise ExtractRefused(f"{listed.path.name} has more than {DIRECTORY_MAX:,} rows.")
        found: dict[str, Mapping[str, str]] = {}
        twice, keyless = [], []
        for line, (key, *texts) in lines(listed, (directory.key, *directory.columns)):
            if not (key := key.strip()):
                keyless.append(line)
            elif key in found:
                twice.append(line)
            else:
                found[key] = dict(zip(directory.columns, texts, strict=True))
        _need_keys(listed.path.name, directory.key, keyless, twice)
        return found


def _turn(named: tuple[str, Table]) -> int:
    """Teams before the workers who are in them, and children before the rows about them."""
    table = named[1]
    return 0 if table.kind == "team" else 1 if table.kind == "worker" else 2 if table.owner == table.key else 3


def _body(table: Table, texts: list[str]) -> Body:
    """The row's own cells. Who is nobody, in some case systems, is not named."""
    refers = {column for columns in table.refers for column in columns}
    body = {c: written(table.columns[c], text) for c, text in zip(table.own_columns, texts, strict=True)}
    return {c: None if c in refers and value == NOBODY else value for c, value in body.items()}


def _join(counted: Counted, beside: list[tuple[Directory, Listing]], body: Body, table: Table) -> None:
    for directory, listing in beside:
        key = body.get(directory.on)
        found = listing.get(key) if isinstance(key, str) else None
        if found is None and key is not None and not directory.some:
            counted.unlisted[directory.name] += 1
        for column in directory.columns:
            body[column] = None if found is None else written(table.columns[column], found[column])


def _judge_dates(counted: Counted, table: Table, body: Body, line: int) -> None:
    for column, type in table.columns.items():
        if type == "date" and (text := body[column]) is not None:
            counted.dates[column] += 1
            if _is_strange(text):
                counted.strange[column].append(line)


def _is_strange(text: object) -> bool:
    made: date | None = day(text) if isinstance(text, str) else None
    return made is None


def _faults(name: str, table: Table, counted: Counted) -> Iterator[str]:
    """Why this table cannot be taken."""
    yield from _key_faults(name, ", ".join(table.key), counted.keyless, counted.twice)
    if not counted.rows and table.kind:
        yield f"{name} has no rows. A council without any is not taken for one: see how it was made."
    for column, strange in counted.strange.items():
        if len(strange) >= STRANGE_MIN and len(strange) > STRANGE_SHARE * counted.dates[column]:
            yield (
                f"{count(len(strange), 'date')} of {counted.dates[column]:,} in {column} of {name} are not written"
                f" as 2024-12-10 ({at_lines(strange)})."
            )


def _need_keys(name: str, key: str, keyless: list[int], twice: list[int]) -> None:
    if faults := list(_key_faults(name, key, keyless, twice)):
        raise ExtractRefused(*faults)


def _key_faults(name: str, key: str, keyless: list[int], twice: list[int]) -> Iterator[str]:
    if keyless:
        yield f"{name} has {count(len(keyless), 'row')} without {key} ({at_lines(keyless)}): each row needs its own."
    if twice:
        yield f"{name} has {count(len(twice), 'row')} whose {key} another one has ({at_lines(twice)})."
