"""Derives the states of some subjects from the mirror's rows, and emits those that changed; and how fresh they are."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from hashlib import sha256

from services.feed.chosen import Chosen
from services.feed.emitting import store
from services.feed.emitting.domain import Emission, Emitted, MissingColumn, ended
from services.feed.linking.commands import links_of, settle
from services.feed.linking.domain import UNLINKED, Linkage
from services.feed.metrics import metrics
from services.feed.source import Kind, LeftOut, SourceRow, Subject
from shared.clock import today
from shared.contracts import State
from shared.contracts.feed import Freshness
from shared.database.tx import Tx
from shared.observe.logs import log
from shared.revisions import next_revision

TURNS: tuple[Kind, ...] = ("worker", "team", "freshness", "child")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


async def emit(
    tx: Tx, chosen: Chosen, epoch: int, subjects: Collection[Subject], instead: Freshness | None = None
) -> None:
    """Emit each subject's state if it changed, and note what of it cannot be used. The cursor's lock must be held.

    Whose records are linked otherwise by a change of these is looked at with them: in this transaction one child ends
    and the other has what it had. `instead`: the state of the heartbeat, whatever its row holds; then it is the only
    subject.
    """
    if not subjects:
        return
    subjects = await settle(tx, chosen, subjects)
    links = await links_of(tx, chosen, subjects)
    rows = [] if instead else await _rows_about(tx, chosen, subjects, links)
    known = await _known(tx, chosen.source.named(rows) | set(subjects))
    derived = chosen.source.derive(rows, {subject: one.id for subject, one in known.items()}, today(tx.now))
    stand = dict.fromkeys(subjects, instead) if instead else _stand(subjects, derived.states, links, known)
    emissions = [
        emission
        for subject, state in stand.items()
        if (emission := _emission(subject, known[subject], state, epoch, chosen.source.derivation))
    ]
    await _note_left_out(tx, subjects, derived.left_out)
    if others := [subject for subject in subjects if known[subject].others]:
        await store.note_derived(tx, others)
    if emissions:
        await store.put_emissions(tx, emissions)
        await tx.emit(*(stand[one.subject].model_copy(update={"revision": one.revision}) for one in emissions))


def _stand(
    subjects: Collection[Subject], states: Mapping[Subject, State], links: Linkage, known: Mapping[Subject, Emitted]
) -> dict[Subject, State]:
    """How each stands: workers and teams before the children who have them, and last those who end, for another child
    may have what they had. Of whom nothing was ever emitted nothing ends."""
    found: dict[Subject, State] = {}
    for subject in sorted(subjects, key=lambda one: (TURNS.index(one.kind), one not in states, one.key)):
        before, state = known[subject], states.get(subject)
        stands = links.doubted(subject, state) if state else ended(subject.kind, before.id) if before.revision else None
        if stands is not None:
            found[subject] = stands
    return found


async def _rows_about(
    tx: Tx, chosen: Chosen, subjects: Collection[Subject], links: Linkage = UNLINKED
) -> list[SourceRow]:
    """The rows that make the states of these subjects, with their dates decoded."""
    source = chosen.source
    children = {s.key for s in subjects if s.kind == "child"}
    others = [place for s in subjects if s.kind != "child" for place in source.places(s)]
    return [
        chosen.row(table, key, about, body)
        for table, key, owner, body in await store.rows_about(tx, links.records_of(children), others, source.uploads)
        if table in source.tables
        for about in links.about(owner, children)
    ]


async def _known(tx: Tx, subjects: set[Subject]) -> dict[Subject, Emitted]:
    """What was emitted of each; all of them have an id then."""
    known = await store.emitted(tx, subjects)
    if missing := subjects - known.keys():
        await store.add_subjects(tx, missing)
        known |= await store.emitted(tx, missing)
    return known


async def _note_left_out(tx: Tx, subjects: Collection[Subject], left_out: set[LeftOut]) -> None:
    await store.put_left_out(tx, subjects, left_out)
    for cell in left_out:
        metrics.left_out.labels(cell.table, cell.why).inc()


def _emission(subject: Subject, before: Emitted, state: State, epoch: int, derivation: int) -> Emission | None:
    """None if the same was emitted before by the same rules. Other code always emits it again, and is noticed by it."""
    digest = sha256(f"{derivation} {state.model_dump_json()}".encode()).digest()
    if digest == before.digest:
        return None
    return Emission(subject, next_revision(before.revision, epoch), digest, state.ended)


async def emit_freshness(tx: Tx, chosen: Chosen, epoch: int) -> None:
    """Emit up to when everything has come, if nothing is left to look at; or that a column of the source is missing
    or of another type.

    The second at once, and again only if it changes: nothing is fresh until the column comes again as it was.
    """
    columns, as_of = await store.missing(tx)
    metrics.missing_columns.clear()
    for column in columns:
        metrics.missing_columns.labels(column.table, column.column).set(1)
    heartbeat = [chosen.source.heartbeat]
    if columns:
        broken = tuple(str(column) for column in columns)
        await emit(tx, chosen, epoch, heartbeat, Freshness(revision=0, as_of=as_of or NEVER, broken=broken))
    elif not await store.has_dirty(tx):
        await emit(tx, chosen, epoch, heartbeat)


async def note_missing(tx: Tx, chosen: Chosen, epoch: int, columns: Collection[MissingColumn]) -> None:
    """Records come without these columns, or with others in their place: from now on nothing is fresh, and those
    concerned are doubted."""
    known, _ = await store.missing(tx)
    if not set(columns) - set(known):
        return
    for column in sorted(set(columns) - set(known)):
        log.error("source column broken", table=column.table, column=column.column, why=column.why)
    await store.add_missing(tx, columns, await _last_beat(tx, chosen))
    await emit_freshness(tx, chosen, epoch)


async def _last_beat(tx: Tx, chosen: Chosen) -> datetime | None:
    """When the heartbeat row was written, by the source's clock; None: that is not known."""
    heartbeat = chosen.source.heartbeat
    rows = await _rows_about(tx, chosen, [heartbeat])
    found = chosen.source.derive(rows, {}, today(tx.now)).states.get(heartbeat)
    return found.as_of if isinstance(found, Freshness) else None
