"""What a data protection officer asks of the record. Each reading is a fact, committed before anything is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Self
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from services.audit import domain, store
from services.audit.domain import CursorRefused, Edge, EntryNotFound, Shown, TooManyMeant, TooManySchools, Wanted
from shared import names, typed
from shared.contracts import Urn
from shared.contracts.audit import AuditQuestion, AuditRead, ChildSought
from shared.database.tx import Tx
from shared.web.body import Body
from shared.web.tokens import Caller

PAGE = 25
ACT_MAX = 100
"""Most entries of one act that are shown beside an entry: a request leaves a handful."""
MEANT_MAX = 50
"""Most people or children that one question may mean."""

TERMS = ("school", "kind", "purpose", "outcome", "correlation", "since", "until")
NO_SCHOOL = "000000"
"""A URN that no school has."""

Term = Annotated[typed.Line, Field(min_length=1, max_length=domain.TEXT_MAX)]


class Sought(Body):
    """A child by UPN, or by given name, family name and date of birth."""

    upn: Term | None = None
    given_name: Term | None = None
    family_name: Term | None = None
    born: date | None = None

    @model_validator(mode="after")
    def one_way(self) -> Self:
        name = (self.given_name, self.family_name, self.born)
        if self.upn is None and None in name:
            raise ValueError("Enter a UPN, or a first name, last name and date of birth")
        if self.upn is not None and any(name):
            raise ValueError("Enter either a UPN or a name and date of birth, not both")
        return self


class ReadEntries(Body):
    """Which entries, 25 a page, newest first; `after` and `before` are the cursors that an earlier page gave."""

    person: Term | None = None
    school: Urn | None = None
    school_named: Term | None = None
    child: Sought | None = None
    kind: Term | None = None
    purpose: Term | None = None
    outcome: Term | None = None
    correlation: UUID | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    after: Annotated[str, Field(max_length=100)] | None = None
    before: Annotated[str, Field(max_length=100)] | None = None
    readings: bool = True
    """Readings of the record itself, too."""

    @model_validator(mode="after")
    def one_direction(self) -> Self:
        if self.after is not None and self.before is not None:
            raise ValueError("Ask for what is after or for what is before, not for both")
        return self

    @property
    def question(self) -> str:
        """What a cursor belongs to: all but the place."""
        return self.model_dump_json(exclude={"after", "before"})


class ReadEntry(Body):
    entry_id: UUID


class Page(BaseModel):
    entries: list[Shown]
    next: str | None
    """Cursor of the older entries, for `after`."""
    previous: str | None
    """Cursor of the newer entries, for `before`."""


class OneEntry(BaseModel):
    entry: Shown
    same_act: list[Shown]
    """Every entry with the same correlation, this one too, in the order in which it happened."""
    names: dict[str, str]
    """What the accounts and children that the entry's body names by id are called now."""


async def read_entries(tx: Tx, caller: Caller, ask: ReadEntries) -> Page:
    """Raises CursorRefused (nothing was read, no fact), TooManyMeant and TooManySchools (a fact each)."""
    edge, question = _edge(ask), ask.question
    ask = await _school_found(tx, caller, ask)
    people, children = await _people(tx, ask), await _children(tx, ask)
    if max(len(people or ()), len(children or ())) > MEANT_MAX:
        await tx.emit(_fact(caller, _question(ask, None, None), "narrow", ()))
        raise TooManyMeant
    terms = ask.model_dump(include={*TERMS, "readings"})
    found = await store.entries(tx, Wanted(people=people, children=children, **terms), edge, PAGE + 1)
    shown, older, newer = domain.page_of(found, edge, PAGE)
    outcome = "shown" if shown else "not_found"
    await tx.emit(_fact(caller, _question(ask, people, children), outcome, shown, children or ()))
    return Page(
        entries=shown,
        next=domain.to_cursor(shown[-1].at, shown[-1].index, question) if shown and older else None,
        previous=domain.to_cursor(shown[0].at, shown[0].index, question) if shown and newer else None,
    )


async def read_entry(tx: Tx, caller: Caller, ask: ReadEntry) -> OneEntry:
    """Raises EntryNotFound; that is a fact too."""
    asked = AuditQuestion(entry=ask.entry_id)
    entry = await store.entry(tx, ask.entry_id)
    if entry is None:
        await tx.emit(_fact(caller, asked, "not_found", ()))
        raise EntryNotFound
    same_act = (await store.entries(tx, Wanted(correlation=entry.correlation), None, ACT_MAX))[::-1]
    shown = {each.entry_id: each for each in [entry, *same_act]}
    await tx.emit(_fact(caller, asked, "shown", list(shown.values())))
    return OneEntry(entry=entry, same_act=same_act, names=await store.names(tx, sorted(domain.ids_in(entry.body))))


async def _school_found(tx: Tx, caller: Caller, ask: ReadEntries) -> ReadEntries:
    """The same question by URN, where a school was asked for by its name; NO_SCHOOL, where none has it."""
    if ask.school_named is None:
        return ask
    found = await store.schools(tx, names.words(ask.school_named), 2)
    if len(found) > 1:
        await tx.emit(_fact(caller, _question(ask, None, None), "narrow", ()))
        raise TooManySchools
    return ask.model_copy(update={"school": found[0] if found else NO_SCHOOL})


def _edge(ask: ReadEntries) -> Edge | None:
    cursor = ask.after if ask.after is not None else ask.before
    if cursor is None:
        return None
    try:
        return domain.from_cursor(cursor, ask.question, newer=ask.before is not None)
    except domain.CursorWrong:
        raise CursorRefused from None


async def _people(tx: Tx, ask: ReadEntries) -> tuple[UUID, ...] | None:
    if ask.person is None:
        return None
    part = names.words(ask.person)
    return tuple(await store.people(tx, part, MEANT_MAX + 1)) if part else ()


async def _children(tx: Tx, ask: ReadEntries) -> tuple[UUID, ...] | None:
    child = ask.child
    if child is None:
        return None
    if child.upn is not None:
        return tuple(await store.children_by_upn(tx, typed.upn(child.upn), MEANT_MAX + 1))
    if not (child.given_name and child.family_name and child.born):
        return ()  # Sought.one_way has refused this
    key = names.key(child.given_name, child.family_name)
    return tuple(await store.children_by_name(tx, key, child.born, MEANT_MAX + 1))


def _question(ask: ReadEntries, people: tuple[UUID, ...] | None, children: tuple[UUID, ...] | None) -> AuditQuestion:
    return AuditQuestion(
        person=people[0] if people and len(people) == 1 else None,
        person_named=ask.person,
        child=children[0] if children and len(children) == 1 else None,
        child_sought=ChildSought(**ask.child.model_dump()) if ask.child else None,
        **ask.model_dump(include={*TERMS, "school_named", "readings"}),
    )


def _fact(
    caller: Caller, asked: AuditQuestion, outcome: str, shown: Sequence[Shown], children: Sequence[UUID] = ()
) -> AuditRead:
    """Children: those asked for, and those whose names stood beside the entries."""
    seen = [child.child_id for entry in shown for child in entry.children]
    return AuditRead(
        read_id=uuid4(),
        **caller.indexed(),
        outcome=outcome,
        children=tuple(dict.fromkeys([*children, *seen])),
        asked=asked,
        entries=len(shown),
        shown=tuple(entry.entry_id for entry in shown),
    )
