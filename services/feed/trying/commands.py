"""Tries an extract: reads it as it would be taken, links its records, derives all states, and counts what comes."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from services.feed.chosen import Chosen
from services.feed.linking.domain import Ends, Linkage, LinkRecord, Pair, found_by, judge, looks_for, standings
from services.feed.source import Derived, SourceRow, Subject
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
    for _ in reading.batches():
        pass
    return reading


def dry_run(folder: Path, chosen: Chosen, now: datetime, today: date) -> Tried:
    """What would come of it. Raises ExtractRefused."""
    reading = ExtractReading(read(folder, chosen.source, now), chosen.source)
    tried = Tried(reading)
    with Shelf() as shelf:
        for batch in reading.batches():
            shelf.add(batch)
            _describe(shelf, chosen, batch)
        shelf.sorted()
        links = _linked(shelf, tried)
        ids: defaultdict[Subject, UUID] = defaultdict(uuid4)
        for name in chosen.source.staff:
            _count(tried, chosen.source.derive(_rows(chosen, shelf.of(name)), ids, today), today)
        of_roll = _turned(links)
        for some in _some(shelf.owners()):
            derived = chosen.source.derive(_about(chosen, shelf, links, of_roll, some), ids, today)
            states = {subject: links.doubted(subject, state) for subject, state in derived.states.items()}
            _count(tried, Derived(states, derived.left_out), today)
    return tried


def _describe(shelf: Shelf, chosen: Chosen, batch: list[ReadRow]) -> None:
    """By what the children's records of a batch are found."""
    source, way = chosen.source, chosen.way
    if source.described is None:
        return
    records = []
    for row in batch:
        table = source.tables[row.table]
        if table.kind == "child" and row.owner is not None:
            decoded = SourceRow(row.table, row.key, row.owner, way.decode(row.body, table))
            records.append(LinkRecord(row.owner, table.side, source.described(decoded)))
    shelf.describe(records, ((text, one.key) for one in records for text in found_by(one.side, one.described)))


def _linked(shelf: Shelf, tried: Tried) -> Linkage:
    """Which records are of one child, as linking would have it with no decision of a person."""
    pairs: dict[Ends, Pair] = {}
    for care in shelf.records("care"):
        for roll in shelf.found(looks_for("care", care.described)):
            judged = judge(roll, care)
            if judged.verdict != "different":
                pairs[judged.ends] = Pair(judged.ends, judged.verdict)
        tried.counts["people"] += 1
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


def _rows(chosen: Chosen, kept: list[Kept]) -> list[SourceRow]:
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
