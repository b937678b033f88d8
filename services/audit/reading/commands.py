"""What a data protection officer asks of the record. Each reading is a fact, committed before anything is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from services.audit.names import commands as names
from services.audit.reading import domain, store
from services.audit.reading.domain import Edge, EntryFilter
from shared.contracts.audit import AuditQuestion, AuditRead, EntriesPage, EntryInFull, RecordedEntry
from shared.database.tx import Tx
from shared.web.tokens import Caller

PAGE = 25
ACT_MAX = 100
"""Most entries of one act that are shown beside an entry: a request leaves a handful."""
MEANT_MAX = 50
"""Most people or children that one question may mean."""

TERMS = ("school", "kind", "purpose", "outcome", "correlation", "since", "until", "readings")
NO_SCHOOL = "000000"
"""A URN that no school has."""


@dataclass(frozen=True, slots=True)
class PageAsked:
    """Which page of an answer: the first, or the one after or before a cursor. `question` is what cursors belong to."""

    question: str
    after: str | None
    before: str | None


async def read_entries(tx: Tx, caller: Caller, asked: AuditQuestion, place: PageAsked) -> EntriesPage:
    """One page of the entries that a question means. Emits AuditRead.

    Raises CursorRefused (nothing was read, so no fact), TooManyMeant and TooManySchools (with a fact).
    """
    edge = _edge(place)
    asked = await _with_urn(tx, caller, asked)
    people = await names.people(tx, asked.person_named, MEANT_MAX + 1) if asked.person_named is not None else None
    children = await names.children(tx, asked.child_sought, MEANT_MAX + 1) if asked.child_sought else None
    if max(len(people or ()), len(children or ())) > MEANT_MAX:
        await tx.emit(_fact(caller, asked, "narrow", ()))
        raise domain.TooManyMeant
    terms = asked.model_dump(include={*TERMS})
    found = await store.entries(tx, EntryFilter(people=people, children=children, **terms), edge, PAGE + 1)
    shown, older, newer = domain.page_of(found, edge, PAGE)
    meant = asked.model_copy(update={"person": _only(people), "child": _only(children)})
    await tx.emit(_fact(caller, meant, "shown" if shown else "not_found", shown, children or ()))
    return EntriesPage(
        entries=shown,
        next=domain.to_cursor(shown[-1].at, shown[-1].index, place.question) if shown and older else None,
        previous=domain.to_cursor(shown[0].at, shown[0].index, place.question) if shown and newer else None,
    )


async def read_entry(tx: Tx, caller: Caller, entry_id: UUID) -> EntryInFull:
    """One entry, with all of the same act. Emits AuditRead. Raises EntryNotFound (with a fact)."""
    asked = AuditQuestion(entry=entry_id)
    entry = await store.entry(tx, entry_id)
    if entry is None:
        await tx.emit(_fact(caller, asked, "not_found", ()))
        raise domain.EntryNotFound
    same_act = (await store.entries(tx, EntryFilter(correlation=entry.correlation), None, ACT_MAX))[::-1]
    shown = {each.entry_id: each for each in [entry, *same_act]}
    await tx.emit(_fact(caller, asked, "shown", list(shown.values())))
    return EntryInFull(entry=entry, same_act=tuple(same_act), names=await names.present(tx, domain.ids_in(entry.body)))


async def _with_urn(tx: Tx, caller: Caller, asked: AuditQuestion) -> AuditQuestion:
    """The same question by URN, if a school was asked for by its name; by NO_SCHOOL if none has that name."""
    if asked.school_named is None:
        return asked
    found = await names.schools(tx, asked.school_named, 2)
    if len(found) > 1:
        await tx.emit(_fact(caller, asked, "narrow", ()))
        raise domain.TooManySchools
    return asked.model_copy(update={"school": found[0] if found else NO_SCHOOL})


def _edge(place: PageAsked) -> Edge | None:
    cursor = place.after if place.after is not None else place.before
    if cursor is None:
        return None
    return domain.from_cursor(cursor, place.question, newer=place.before is not None)


def _only(ids: tuple[UUID, ...] | None) -> UUID | None:
    return ids[0] if ids and len(ids) == 1 else None


def _fact(
    caller: Caller, asked: AuditQuestion, outcome: str, shown: Sequence[RecordedEntry], children: Sequence[UUID] = ()
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
