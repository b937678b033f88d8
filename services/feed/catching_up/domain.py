"""What of the mirror's rows is put right by the source's own. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.feed.mirror.domain import MirrorRow
from services.feed.source import Body, Place


class NotLive(Exception):
    """A snapshot is waited for, or being read: it puts everything right."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a kept row came from: a row keeps this place when it is put right, so that whatever comes later counts."""

    generation: int
    position: int
    deleted: bool


def put_right_rows(before: Mapping[Place, Standing], source: Mapping[Place, Body], generation: int) -> list[MirrorRow]:
    """The source's rows, each at the place of the one that is kept (or as a snapshot's), and the ends of all others."""
    made = []
    for place, body in source.items():
        at = before.get(place, Standing(generation, 0, deleted=True))
        made.append(MirrorRow(*place, body, at.generation, at.position))
    gone = [(place, at) for place, at in before.items() if place not in source and not at.deleted]
    made += [MirrorRow(*place, {}, at.generation, at.position, deleted=True) for place, at in gone]
    return sorted(made, key=lambda row: (row.table, row.key))
