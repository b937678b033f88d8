"""Which entries are asked for, where a page of them ends, and what of an entry is shown. Pure."""

import base64
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from shared.contracts.audit import RecordedEntry
from shared.database.refusal import Refusal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorRefused(Refusal):
    """This page does not belong to this question. Start again from the first page."""


class TooManyMeant(Refusal):
    """More than 50 people or children match. Type more of the name."""


class TooManySchools(Refusal):
    """More than one school has this in its name. Type more of the name, or the school's URN."""


class EntryNotFound(Refusal):
    """There is no such entry in the record."""


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """Which entries; None: any. An empty `people` or `children`: nobody is meant, so there is no entry."""

    people: tuple[UUID, ...] | None = None
    children: tuple[UUID, ...] | None = None
    school: str | None = None
    kind: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    correlation: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    readings: bool = True
    """Readings of the record itself, too."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a page begins: with the entries strictly older (or strictly newer) than this place in the record."""

    at: datetime
    index: int
    newer: bool = False


PLACE = struct.Struct(">qq")


def to_cursor(at: datetime, index: int, question: str) -> str:
    """An opaque place in the answer to one question: microseconds since 1970, index, and a check over both and it."""
    place = PLACE.pack((at - EPOCH) // timedelta(microseconds=1), index)
    return base64.urlsafe_b64encode(place + _check(place, question)).decode()


def from_cursor(cursor: str, question: str, *, newer: bool) -> Edge:
    """The place that this cursor names. Raises CursorRefused."""
    try:
        raw = base64.b64decode(cursor, altchars="-_", validate=True)
        place = raw[: PLACE.size]
        if raw[PLACE.size :] != _check(place, question):
            raise CursorRefused
        since_epoch, index = PLACE.unpack(place)
        return Edge(EPOCH + timedelta(microseconds=since_epoch), index, newer)
    except (ValueError, OverflowError, struct.error):
        raise CursorRefused from None


def _check(place: bytes, question: str) -> bytes:
    return sha256(place + question.encode()).digest()[:8]


class PlacedEntry(RecordedEntry):
    """An entry, and its place among those of the same moment."""

    index: int


def page_of(shown: list[PlacedEntry], edge: Edge | None, page: int) -> tuple[list[PlacedEntry], bool, bool]:
    """Cut what was read (one more than a page, if there is one) to a page: newest first; are there older? newer?"""
    more, shown = len(shown) > page, shown[:page]
    if edge and edge.newer:
        return shown[::-1], True, more
    return shown, more, edge is not None


def ids_in(value: object) -> set[UUID]:
    """Every id that a fact's body names, however deep."""
    if isinstance(value, dict):
        return {id for inner in value.values() for id in ids_in(inner)}
    if isinstance(value, list):
        return {id for inner in value for id in ids_in(inner)}
    try:
        return {UUID(value)} if isinstance(value, str) and len(value) == len(str(UUID(int=0))) else set()
    except ValueError:
        return set()
