"""Tries an extract: reads it as it would be taken, links its records, derives all states, and counts what comes."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain, count, islice
from pathlib import Path
from uuid import UUID, uuid4

from services.feed.chosen import Chosen
from services.feed.linking.domain import (
    UNLINKED,
    Ends,
    Linkage,
    LinkRecord,
    Pair,
    found_by,
    judge,
    looks_for,
    standings,
)
from services.feed.roll_changes.domain import compare
from services.feed.roll_files.roll import ReadRoll
from services.feed.source import Derived, Side, SourceRow, Subject
from services.feed.trying.shelf import Kept, Shelf
from services.feed.ways.extract.manifest import Manifest, read
from services.feed.ways.extract.reading import ExtractReading, ReadRow
from shared.contracts.feed import Child, Team, Worker

AT_ONCE = 300
KEYS_SHOWN = 5


@dataclass(slots=True)
class Tried:
    """What would come of an extract: numbers, and the keys of cells that cannot be used; never what a cell holds."""

    reading: ExtractReading
    counts: Counter[str] = field(default_factory=Counter)
    schools: set[str] = field(default_factory=set)
    pairs: Counter[str] = field(default_factory=Counter)
    left_out: dict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """The keys of the rows, by (table, column, why)."""

    @property
    def manifest(self) -> Manifest:
        return self.reading.manifest


def check(folder: Path, chosen: Chosen, now: datetime) -> ExtractReading:
    """Read all of an extract, and keep nothing. Raises ExtractRefused."""
    reading = ExtractReading(read(folder, chosen.source, now), chosen.source)
    deque(reading.batches(), maxlen=0)
    return reading


def dry_run(folder: Path, chosen: Chosen, now: datetime, today: date, rolls: Sequence[ReadRoll] = ()) -> Tried:
    """What would come of it, with these rolls that schools would upload beside it. Raises ExtractRefused."""
    reading = ExtractReading(read(folder, chosen.source, now), chosen.source)
    tried = Tried(reading)
    with Shelf() as shelf:
        of_schools = (batch for n, roll in enumerate(rolls, 1) for batch in _uploaded(chosen, n, roll, today))
        for batch in chain(reading.batches(), of_schools):
            shelf.add(batch)
        shelf.sorted()
        links = _linked(chosen, shelf, tried)
        ids: defaultdict[Subject, UUID] = defaultdict(uuid4)
        for name in chosen.source.staff:
            _count(tried, chosen.source.derive(_rows(chosen, shelf.of(name)), ids, today), today)
        of_roll = _turned(links)
        for some in _some(shelf.owners()):
            derived = chosen.source.derive(_about(chosen, shelf, links, of_roll, some), ids, today)
            states = {subject: links.doubted(subject, state) for subject, state in derived.states.items()}
            _count(tried, Derived(states, derived.left_out), today)
    return tried


def _uploaded(chosen: Chosen, number: int, roll: ReadRoll, today: date) -> Iterator[list[ReadRow]]:
    """The rows that a roll makes which a school uploads, as if it were that of a school with this number for a URN."""
    uploads, urn = chosen.source.uploads, f"{number:06}"
    assert uploads is not None
    keys = count(1)
    for child in compare(roll, (), urn, today, lambda: f"roll:{urn}:{next(keys)}").roll:
        made = (
            (uploads.child, uploads.child_row(child)),
            (uploads.enrolment, uploads.enrolment_row(child.key, child, urn)),
        )
        yield [ReadRow(name, child.key, chosen.source.tables[name].owner_in(body), body) for name, body in made]


def _records(chosen: Chosen, shelf: Shelf, side: Side) -> Iterator[LinkRecord]:
    """The children's own records of one side, as they are described."""
    source, way = chosen.source, chosen.way
    assert source.described is not None
    for name, table in source.tables.items():
        if table.kind == "child" and table.side == side:
            for _, key, owner, body in shelf.of(name):
                if owner is not None:
                    row = SourceRow(name, key, owner, way.decode(body, table))
                    yield LinkRecord(owner, side, source.described(row))


def _linked(chosen: Chosen, shelf: Shelf, tried: Tried) -> Linkage:
    """Which records are of one child, as linking would have it with no decision of a person.

    Social care's are the fewer: they are held in memory by the texts that they look for, and the roll's pass by.
    """
    if chosen.source.described is None:
        return UNLINKED
    sought = _sought(chosen, shelf, tried)
    pairs: dict[Ends, Pair] = {}
    for roll in _records(chosen, shelf, "roll"):
        found = {care.key: care for text in found_by("roll", roll.described) for care in sought.get(text, ())}
        for judged in (judge(roll, care) for care in found.values()):
            if judged.verdict != "different":
                pairs[judged.ends] = Pair(judged.ends, judged.verdict)
    return _settled(pairs, tried)


def _sought(chosen: Chosen, shelf: Shelf, tried: Tried) -> Mapping[str, list[LinkRecord]]:
    """Social care's records, by each text that they look for."""
    sought: defaultdict[str, list[LinkRecord]] = defaultdict(list)
    for care in _records(chosen, shelf, "care"):
        tried.counts["people"] += 1
        for text in looks_for("care", care.described):
            sought[text].append(care)
    return sought


def _settled(pairs: dict[Ends, Pair], tried: Tried) -> Linkage:
    found = standings(list(pairs.values()))
    tried.pairs.update(found.values())
    tried.pairs["marked"] = sum(pairs[ends].verdict == "marked" for ends, how in found.items() if how == "linked")
    of_care: dict[str, list[str]] = {}
    for ends, how in found.items():
        if how == "linked":
            of_care.setdefault(ends.care, []).append(ends.roll)
    return Linkage(of_care, frozenset(ends.roll for ends, how in found.items() if how == "waiting"))


def _turned(links: Linkage) -> dict[str, list[str]]:
    """Social care's records of each of the roll's."""
    turned: dict[str, list[str]] = {}
    for care, rolls in links.of_care.items():
        for roll in rolls:
            turned.setdefault(roll, []).append(care)
    return turned


def _some(keys: Iterator[str]) -> Iterator[list[str]]:
    while some := list(islice(keys, AT_ONCE)):
        yield some


def _about(
    chosen: Chosen, shelf: Shelf, links: Linkage, of_roll: dict[str, list[str]], some: list[str]
) -> list[SourceRow]:
    """The rows that make the states of these records: of a roll's also those of the people linked with it."""
    theirs = {care for key in some for care in of_roll.get(key, ())}
    asked = {key for key in some if key not in links.of_care}
    tables = chosen.source.tables
    return [
        SourceRow(table, key, about, chosen.way.decode(body, tables[table]))
        for table, key, owner, body in shelf.about(sorted(asked | theirs))
        for about in links.about(owner, asked)
    ]


def _rows(chosen: Chosen, kept: Iterable[Kept]) -> list[SourceRow]:
    tables = chosen.source.tables
    return [SourceRow(t, key, owner, chosen.way.decode(body, tables[t])) for t, key, owner, body in kept]


def _count(tried: Tried, derived: Derived, today: date) -> None:
    for cell in derived.left_out:
        tried.left_out[cell.table, cell.column, cell.why].append(cell.key)
    for state in derived.states.values():
        match state:
            case Child():
                _count_child(tried, state, today)
            case Worker():
                tried.counts["workers"] += 1
                tried.counts["workers without a telephone"] += state.phone is None
            case Team():
                tried.counts["teams"] += 1


def _count_child(tried: Tried, child: Child, today: date) -> None:
    on = {roll.school for roll in child.rolls if roll.starts <= today and (roll.ends is None or today < roll.ends)}
    is_open = any(case.starts <= today and (case.ends is None or today < case.ends) for case in child.cases)
    tried.schools |= on
    tried.counts["children"] += 1
    tried.counts["children on a roll"] += bool(on)
    tried.counts["children with an open case"] += is_open
    tried.counts["children with a worker"] += is_open and bool(child.allocations)
    tried.counts["restricted children"] += child.surely_restricted
    tried.counts["children in doubt"] += bool(child.doubtful)
