"""Which sources this feed reads, and the ways by which their rows come: found by the names of their folders."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from services.feed.settings import Settings
from services.feed.several import file
from services.feed.several.combining import combine
from services.feed.several.strand import Strand, taken
from services.feed.source import Body, Source, SourceRow
from services.feed.way import Way


@dataclass(frozen=True)
class Chosen:
    """What is read: whatever keeps, emits or catches up is given it. `source`: all sources as one, whose tables are
    those of the mirror. `way`: of a source that is read alone. `several`: those that are read at once."""

    source: Source
    way: Way
    several: Sequence[Strand] = ()

    @property
    def strands(self) -> Sequence[Strand]:
        """Each source by itself; one at least."""
        return self.several or (Strand(name=self.source.name, source=self.source, way=self.way),)

    def strand_of(self, table: str) -> Strand:
        """The source whose table of the mirror this is."""
        return next(one for one in self.strands if table in one.tables)

    def row(self, table: str, key: str, about: str | None, body: Body) -> SourceRow:
        """A row of the mirror with its dates and moments decoded, as its way writes them."""
        way = self.strand_of(table).way if self.several else self.way
        return SourceRow(table, key, about, way.decode(body, self.source.tables[table]))


def names(sort: str) -> tuple[str, ...]:
    """The folders under sources/ or ways/."""
    return tuple(sorted(path.parent.name for path in (Path(__file__).parent / sort).glob("*/__init__.py")))


@cache
def load(source: str, way: str) -> Chosen:
    """One source, read alone, by these names; ValueError names what there is."""
    for sort, name in (("sources", source), ("ways", way)):
        if name not in names(sort):
            raise ValueError(f"services/feed/{sort} has no folder {name!r}, but {', '.join(names(sort))}")
    return Chosen(
        importlib.import_module(f"services.feed.sources.{source}").source,
        importlib.import_module(f"services.feed.ways.{way}").way,
    )


@cache
def load_several(path: Path) -> Chosen:
    """Those that this file names; ValueError says what is wrong with it."""
    asked = file.read(path)
    found = [(one, load(one.model, one.way)) for one in asked.source]
    strands = tuple(
        Strand(
            name=one.name,
            source=taken(model.source, one.name, one.gives, one.shared),
            way=model.way,
            limit_s=one.limit_s,
            extracts=one.extracts,
            prefix="" if one.name == one.model else f"{one.name}:",
        )
        for one, model in found
    )
    called = [name for strand in strands for name in strand.tables]
    if twice := sorted({name for name in called if called.count(name) > 1}):
        raise ValueError(f"{path}: two sources have a table {', '.join(twice)}: give one another name than its model's")
    return Chosen(combine(strands, asked.precedence, asked.model_dump_json()), strands[0].way, strands)


def named_by(settings: Settings) -> Chosen:
    """What FEED_SOURCES names, or else FEED_SOURCE and FEED_WAY."""
    return load_several(settings.sources) if settings.sources else load(settings.source, settings.way)


@cache
def from_environment() -> Chosen:
    """The same for whoever is given no settings."""
    return named_by(Settings())
