"""Which children of a roll are listed, in what order, and a page of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.lookup.searching.domain import Match
from services.lookup.standing.domain import workers_of
from shared.contracts.identity import AgreementOption
from shared.contracts.lookup import Purpose
from shared.names import fold

OPTION: AgreementOption = "roll_list"
PAGE = 50
"""Children of one page, and so of one fact: with names as long as any source's it is half of what a fact may hold."""
APART = "\x1f"


@dataclass(frozen=True, slots=True)
class ListAsked:
    """`after`: the `next` of the page before; empty: the first page. `reason` where the purpose is other."""

    purpose: Purpose
    reason: str | None = None
    after: str = ""


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list. `current` False: nothing is told, for the records are not complete up to now, and `as_of` is
    None. `next`: what to ask for after it; None: there are no more."""

    reading_id: UUID
    as_of: datetime | None
    current: bool
    children: tuple[Match, ...] = ()
    next: str | None = None


def place(child: Match) -> str:
    """Where it stands in the list: by family name, then given name, however they are spelled."""
    return APART.join([fold(child.family_name), fold(child.given_name), str(child.child_id)])


def page(children: Sequence[Match], after: str) -> tuple[tuple[Match, ...], str | None]:
    """Of children who may be told of those with a worker, as many as a page has, and what to ask for next."""
    listed = sorted((child for child in children if workers_of(child) and place(child) > after), key=place)
    return tuple(listed[:PAGE]), place(listed[PAGE - 1]) if len(listed) > PAGE else None
