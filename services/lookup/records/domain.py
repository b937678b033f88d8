"""By what a search may find a child: its schools, its UPNs, its name and its birth date, read or unreadable. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from services.lookup.matching.domain import Named, keys_anywhere, keys_on_roll
from shared import names, typed
from shared.contracts.feed import Child, Worker

NAME_KEY_MAX = 200
"""A longer name is cut: an index entry is at most 2,704 bytes, and a record that cannot be kept would stop the rest."""
UPN_MAX = 13
"""What is longer in the source is no UPN, and no question can ask for it."""
ROLE_UNKNOWN = "social_or_support_worker"
"""What is shown of a worker whose job could not be read: either of the two that there are."""


class OnRoll(NamedTuple):
    """A row of `roll`: a stay on a school's roll, under one of the child's UPNs (None: it has none)."""

    child_id: UUID
    school: str
    starts: date
    ends: date | None
    upn: str | None
    name_key: str
    born: date
    keys: str
    """What a forgiving search finds it by: numbers with spaces between them."""


class Perhaps(NamedTuple):
    """A row of `perhaps`: a question that may mean the child, though no row of `roll` says so. None: any would do."""

    child_id: UUID
    school: str | None
    starts: date
    ends: date | None
    upn: str | None
    """Empty: the child has none."""
    given_key: str | None
    family_key: str | None
    born: date | None
    keys: str
    """As in OnRoll, of what could be read, whatever the school."""


def name_key(given_name: str, family_name: str) -> str:
    """What a question and a child of the same name have in common, however it is spelled."""
    return names.key(given_name, family_name)[:NAME_KEY_MAX]


def role_shown(worker: Worker) -> str:
    return ROLE_UNKNOWN if "role" in worker.doubtful else worker.role


def on_rolls(child: Child) -> list[OnRoll]:
    """One for each roll and UPN; for each roll alone where the child has no UPN."""
    key, named = name_key(child.given_name, child.family_name), read_of(child)
    keys = {roll.school: _one_text(keys_on_roll(roll.school, named)) for roll in child.rolls}
    return [
        OnRoll(child.child_id, roll.school, roll.starts, roll.ends, upn, key, child.born, keys[roll.school])
        for roll in child.rolls
        for upn in _upns(child)
    ]


def read_of(child: Child) -> Named:
    """What could be read of what a question by name goes by."""
    given, family, born = child.given_name, child.family_name, child.born
    unread = child.doubtful
    return Named(
        None if "given_name" in unread else given,
        None if "family_name" in unread else family,
        None if "born" in unread else born,
    )


def _one_text(keys: Sequence[int]) -> str:
    return " ".join(map(str, keys))


def perhaps(child: Child) -> list[Perhaps]:
    """One for each roll on which the child is or may be, and each of its UPNs; none of a child that was read whole."""
    unread = set(child.doubtful)
    any_upn, named = unread & {"upn", "former_upns"}, unread & {"given_name", "family_name", "born"}
    rolls = [*child.perhaps_rolls, *(child.rolls if any_upn or named else ())]
    places: list[tuple[str | None, date, date | None]] = [(roll.school, roll.starts, roll.ends) for roll in rolls]
    places += [(None, date.min, None)] if "rolls" in unread else []
    if not places:
        return []
    upns: list[str | None] = [upn or "" for upn in _upns(child)] + ([None] if any_upn else [])
    given, _, family = name_key(child.given_name, child.family_name).partition(" ")
    read = read_of(child)
    goes_by = (
        None if read.given_name is None else given,
        None if read.family_name is None else family,
        read.born,
    )
    keys = _one_text(keys_anywhere(read))
    return [Perhaps(child.child_id, *place, upn, *goes_by, keys) for place in places for upn in upns]


def _upns(child: Child) -> Sequence[str | None]:
    upns = {typed.upn(upn) for upn in (child.upn, *child.former_upns) if upn}
    return sorted(upn for upn in upns if 0 < len(upn) <= UPN_MAX) or [None]
