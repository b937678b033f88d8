"""Makes one source of several: each derives states of its own rows, and they are merged field by field. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from services.feed.several.merging import Precedence, merged_child, merged_freshness, merged_staff
from services.feed.several.strand import Strand
from services.feed.source import Derived, Described, LeftOut, Source, SourceRow, Subject
from services.feed.uploads import Uploads
from shared.contracts import State
from shared.contracts.feed import Child, Freshness, Team, Worker

SEVERAL = "sources"
"""The name of all together, for the database that they are kept in."""

HEARTBEAT = Subject("freshness", SEVERAL)
"""One for all: it says up to when every one of them is complete."""

S = TypeVar("S", bound=State)
Of = tuple[Strand, State]


def combine(strands: Sequence[Strand], precedence: Precedence, rules: str) -> Source:
    """One source of all. `rules`: another text whenever any of this is other than it was."""
    uploads = [_uploads(strand, strand.source.uploads) for strand in strands if strand.source.uploads]
    described = any(strand.source.described for strand in strands)
    combined = Combined(strands, precedence)
    return Source(
        name=SEVERAL,
        tables={name: table for strand in strands for name, table in strand.tables.items()},
        heartbeat=HEARTBEAT,
        derivation=sum(strand.source.derivation for strand in strands),
        derive=combined.derive,
        described=combined.described if described else None,
        uploads=next(iter(uploads), None),
        beats=tuple(strand.beat for strand in strands),
        rules=rules,
    )


def _uploads(strand: Strand, uploads: Uploads) -> Uploads:
    return replace(uploads, child=strand.named(uploads.child), enrolment=strand.named(uploads.enrolment))


@dataclass(frozen=True)
class Combined:
    """The rules of several sources as those of one."""

    strands: Sequence[Strand]
    precedence: Precedence

    def described(self, row: SourceRow) -> Described:
        """What a child's own row says of who it is, by the rules of its source."""
        strand, own = self._whose[row.table]
        assert strand.source.described is not None
        return strand.source.described(row._replace(table=own))

    def derive(self, rows: Sequence[SourceRow], ids: Mapping[Subject, UUID], today: date) -> Derived:
        """The states of whomever these rows are. Of the heartbeat's there is one when each source has said its own."""
        mine: dict[str, list[SourceRow]] = {strand.name: [] for strand in self.strands}
        for row in rows:
            strand, own = self._whose[row.table]
            mine[strand.name].append(row._replace(table=own))
        found: dict[Subject, list[Of]] = {}
        left_out: set[LeftOut] = set()
        for strand in self.strands:
            derived = strand.source.derive(mine[strand.name], strand.ids(ids), today)
            for subject, state in derived.states.items():
                found.setdefault(_subject(strand, subject), []).append((strand, state))
            left_out |= {
                cell._replace(subject=_subject(strand, cell.subject), table=strand.named(cell.table))
                for cell in derived.left_out
            }
        merged = {subject: self._merged(subject, of) for subject, of in found.items()}
        return Derived({subject: state for subject, state in merged.items() if state}, left_out)

    @cached_property
    def _whose(self) -> Mapping[str, tuple[Strand, str]]:
        """By a table of the mirror: whose it is, and what it is called there."""
        return {strand.named(own): (strand, own) for strand in self.strands for own in strand.source.tables}

    def _merged(self, subject: Subject, found: Sequence[Of]) -> State | None:
        ordered = sorted(found, key=lambda of: _is_own(of[0], subject), reverse=True)
        match subject.kind:
            case "child":
                return merged_child(_of(Child, ordered), self.precedence)
            case "worker":
                return merged_staff("worker", _of(Worker, ordered), self.precedence)
            case "team":
                return merged_staff("team", _of(Team, ordered), self.precedence)
            case "freshness":
                said = {strand.name: (state, strand.limit_s) for strand, state in found if isinstance(state, Freshness)}
                return merged_freshness(said) if len(said) == len(self.strands) else None


def _is_own(strand: Strand, subject: Subject) -> bool:
    """Whether the record by which the subject is known may be this source's: then its values come first."""
    tables = (strand.source.tables[name] for name in strand.source.own_tables(subject.kind))
    return any(table.key_of(subject) is not None for table in tables)


def _subject(strand: Strand, subject: Subject) -> Subject:
    return HEARTBEAT if subject.kind == "freshness" else strand.of_all(subject)


def _of(kind: type[S], found: Sequence[Of]) -> list[tuple[str, S]]:
    return [(strand.name, state) for strand, state in found if isinstance(state, kind)]
