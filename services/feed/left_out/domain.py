"""One page of the list of what cannot be used, and where the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter

from shared.database.refusal import Refusal

PAGE = 50


class PlaceRefused(Refusal):
    """This is no place in this list."""


@dataclass(frozen=True, slots=True)
class ListedCell:
    """A cell: in which row (`key` None: the source does not send the column at all), why in one word, since when.

    `children`: whose state it would tell something of.
    """

    table: str
    key: str | None
    column: str
    why: str
    since: datetime | None
    children: Sequence[UUID]


@dataclass(frozen=True, slots=True)
class CellsFound:
    """`counts`: how many there are by table, of every table. `next`: the place of the last one, if more come."""

    cells: Sequence[ListedCell]
    counts: Mapping[str, int]
    next: str | None


Place = tuple[str, str | None, str, str]
"""Table, key, column and why of the last cell that was shown."""
PLACE: TypeAdapter[Place] = TypeAdapter(Place)


def to_text(cell: ListedCell) -> str:
    """A place as one word, for whoever asks for what comes after it."""
    return urlsafe_b64encode(PLACE.dump_json((cell.table, cell.key, cell.column, cell.why))).decode()


def from_text(text: str) -> Place:
    """Raises PlaceRefused."""
    try:
        return PLACE.validate_json(urlsafe_b64decode(text.encode()), strict=True)
    except ValueError:
        raise PlaceRefused from None


def page_of(found: Sequence[ListedCell], counts: Mapping[str, int], size: int) -> CellsFound:
    """Of one more than a page, if there are so many."""
    shown = found[:size]
    return CellsFound(shown, counts, to_text(shown[-1]) if len(found) > size else None)
