"""One of the sources that are read: its model, the way by which its rows come, and what of it is taken."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

from services.feed.source import STAFF, Gives, Source, Subject, Table
from services.feed.way import Way


@dataclass(frozen=True, kw_only=True)
class Strand:
    """A source with its way. It is complete up to a time of its own, and is read at a place of its own.

    `source`: its tables under their own names, and only those that are taken; what they say of keys is of all strands.
    `prefix`: before those names in the mirror; none where it is read alone, or is called as its model. `limit_s`: what
    is older is not current; None: as each reader has it. `extracts`: the folder where its extracts are laid down.
    """

    name: str
    source: Source
    way: Way
    limit_s: int | None = None
    extracts: Path | None = None
    prefix: str = ""

    def named(self, table: str) -> str:
        """What this table is called in the mirror."""
        return self.prefix + table

    @property
    def tables(self) -> dict[str, Table]:
        """Its tables as they are called in the mirror."""
        return {self.named(name): table for name, table in self.source.tables.items()}

    @property
    def beat(self) -> tuple[str, str]:
        """Where the row is that says up to when it is complete: table of the mirror, key."""
        return self.named(self.source.own_tables("freshness")[0]), self.source.heartbeat.key

    def of_all(self, subject: Subject) -> Subject:
        """Somebody as all strands know them; children have the same key everywhere."""
        return Subject(subject.kind, self._any.staff(subject.key)) if subject.kind in STAFF else subject

    def ids(self, ids: Mapping[Subject, UUID]) -> dict[Subject, UUID]:
        """These ids by subjects as this strand knows them."""
        return dict(self._own(ids))

    def _own(self, ids: Mapping[Subject, UUID]) -> Iterator[tuple[Subject, UUID]]:
        for subject, id in ids.items():
            key = self._any.key_of(subject) if subject.kind in STAFF else subject.key
            if key is not None:
                yield Subject(subject.kind, key), id

    @property
    def _any(self) -> Table:
        return next(iter(self.source.tables.values()))


def taken(model: Source, name: str, gives: Collection[Gives], shared: bool) -> Source:
    """What of a model is taken under this name. ValueError: nothing is, or nobody could tell who its children are."""
    part = "" if name == model.name else name
    tables = {}
    for called, table in model.tables.items():
        what = _what(model, table)
        if table.kind == "freshness" or what & set(gives):
            side = "care" if "roll" not in gives and what & {"care"} else table.side
            tables[called] = replace(table, part=part, shared=shared or not part, side=side)
    children = any(table.kind == "child" for table in tables.values())
    if len(tables) < 2 or (children and model.described is None):
        raise ValueError(f"{name}: the model {model.name!r} cannot give {', '.join(gives)} beside other sources")
    uploads = model.uploads if "roll" in gives else None
    return replace(model, tables=tables, described=model.described if children else None, uploads=uploads)


def _what(model: Source, table: Table) -> set[Gives]:
    """What the rows of a table are. A child's own row is of its side, and of both if there is only one."""
    if table.kind in STAFF:
        return {"staff"}
    sides = {other.side for other in model.tables.values() if other.kind == "child"}
    if table.kind == "child" and sides == {"roll"}:
        return {"roll", "care"}
    return {table.gives or table.side}
