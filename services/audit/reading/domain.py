"""What an entry is, what of it can be asked for, and where a page ends. Pure."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import to_json

from shared.database.refusal import Refusal

TEXT_MAX = 200
"""Longest text that is indexed, in characters (a B-tree row holds 2,704 bytes); the whole stays in the raw body."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class CursorRefused(Refusal):
    """This page does not belong to this question. Start again from the first page."""


class TooManyMeant(Refusal):
    """More than 50 people or children match. Type more of the name."""


class TooManySchools(Refusal):
    """More than one school has this in its name. Type more of the name, or the school's URN."""


class EntryNotFound(Refusal):
    """There is no such entry in the record."""


def _short(value: Any) -> Any:
    """PostgreSQL's text has no NUL, and an index entry has a largest size: neither may stop an entry."""
    return value.replace("\0", "")[:TEXT_MAX] if isinstance(value, str) else value


def _once_each(ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(ids))


Text = Annotated[str | None, BeforeValidator(_short)]
Ids = Annotated[tuple[UUID, ...], AfterValidator(_once_each)]


class Indexed(BaseModel):
    """What an entry can be found by: the fields that every fact declares (shared.contracts.Fact)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    actor: UUID | None = None
    role: Text = None
    school: Text = None
    agreement: Text = None
    children: Ids = ()
    purpose: Text = None
    outcome: Text = None


def indexed(body: bytes) -> Indexed:
    """Read what is there, of a fact of any type; what cannot be read is left out, for the raw body is kept anyway."""
    try:
        return Indexed.model_validate_json(body)
    except ValidationError:
        found = decoded(body)
    try:
        return Indexed.model_validate(found)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors(include_url=False, include_input=False) if each["loc"]}
        return Indexed.model_validate({name: value for name, value in found.items() if name not in wrong})


def decoded(body: bytes) -> dict[str, Any]:
    """The body as an object; one that is not a JSON object is shown as {"base64": …}."""
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be read but never be written
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"base64": base64.b64encode(body).decode()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact, as it is written down."""

    entry_id: UUID
    source: str
    type: str
    kind: str
    known: bool
    at: datetime
    correlation: UUID
    indexed: Indexed
    headers: bytes
    body: bytes


def kind_of(type_: str) -> str:
    """`lookup.SearchMade.v1` is a SearchMade; a type of any other form is its own kind."""
    parts = type_.split(".")
    return parts[1] if len(parts) == 3 and all(parts) else type_


def headers_kept(headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Headers in their order, doubles too, so that they can be had back byte for byte: ISO-8859-1 knows all 256."""
    return to_json([(name, None if value is None else value.decode("latin-1")) for name, value in headers])


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; None: whichever. An empty `people` or `children`: nobody is meant, so no entry."""

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
    """Between two pages: strictly older or strictly newer than this place in the record."""

    at: datetime
    index: int
    newer: bool = False


class CursorWrong(ValueError):
    """Not a cursor, or one of another question."""


PLACE = struct.Struct(">qq")


def to_cursor(at: datetime, index: int, question: str) -> str:
    """An opaque place in the answer to one question: microseconds since 1970, index, and a check over both and it."""
    place = PLACE.pack((at - EPOCH) // timedelta(microseconds=1), index)
    return base64.urlsafe_b64encode(place + _check(place, question)).decode()


def from_cursor(cursor: str, question: str, *, newer: bool) -> Edge:
    try:
        raw = base64.b64decode(cursor, altchars="-_", validate=True)
        place = raw[: PLACE.size]
        if raw[PLACE.size :] != _check(place, question):
            raise CursorWrong
        since_epoch, index = PLACE.unpack(place)
        return Edge(EPOCH + timedelta(microseconds=since_epoch), index, newer)
    except (ValueError, OverflowError, struct.error):
        raise CursorWrong from None


def _check(place: bytes, question: str) -> bytes:
    return sha256(place + question.encode()).digest()[:8]


class Person(BaseModel):
    """Who did it; name None: no account of this id is known."""

    id: UUID
    name: str | None
    role: str | None


class SchoolNamed(BaseModel):
    urn: str
    name: str | None


class ChildNamed(BaseModel):
    """A child as it was known when the entry was recorded; `now` is its name as it is known now."""

    child_id: UUID
    name: str | None
    born: date | None = None
    now: str | None = None


class Shown(BaseModel):
    """An entry as the data protection officer sees it."""

    entry_id: UUID
    index: int = Field(exclude=True)
    at: datetime
    recorded_at: datetime
    kind: str
    known: bool
    actor: Person | None
    school: SchoolNamed | None
    agreement: str | None
    """Its version: the SHA-256 of its text."""
    agreement_named: str | None
    agreement_since: datetime | None
    children: list[ChildNamed]
    purpose: str | None
    outcome: str | None
    correlation: UUID
    body: dict[str, Any]


def page_of(shown: list[Shown], edge: Edge | None, page: int) -> tuple[list[Shown], bool, bool]:
    """Cut what was read (one more than a page, if there is one more): newest first, is there older, is there newer."""
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
