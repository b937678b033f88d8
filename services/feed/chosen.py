"""Which source this feed reads, and the way by which its rows come: found by the names of their folders."""

import importlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from services.feed.settings import Settings
from services.feed.source import Source
from services.feed.way import Way


class Chosen(NamedTuple):
    """A source and a way: whatever keeps, emits or catches up is given both."""

    source: Source
    way: Way


def names(sort: str) -> tuple[str, ...]:
    """The folders under sources/ or ways/."""
    return tuple(sorted(path.parent.name for path in (Path(__file__).parent / sort).glob("*/__init__.py")))


@cache
def load(source: str, way: str) -> Chosen:
    """Those of these names; ValueError names what there is."""
    for sort, name in (("sources", source), ("ways", way)):
        if name not in names(sort):
            raise ValueError(f"services/feed/{sort} has no folder {name!r}, but {', '.join(names(sort))}")
    return Chosen(
        importlib.import_module(f"services.feed.sources.{source}").source,
        importlib.import_module(f"services.feed.ways.{way}").way,
    )


def named_by(settings: Settings) -> Chosen:
    """What FEED_SOURCE and FEED_WAY name."""
    return load(settings.source, settings.way)


@cache
def from_environment() -> Chosen:
    """The same for whoever is given no settings."""
    return named_by(Settings())
