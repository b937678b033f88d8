"""What a sender does: a batch of children, and that everything has been sent. One transaction each; then it is told."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from services.feed.chosen import Chosen
from services.feed.emitting import store as emitting
from services.feed.emitting.commands import emit, emit_freshness
from services.feed.linking.commands import note_rows
from services.feed.metrics import metrics
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursor, Cursors, MirrorRow
from services.feed.mirror.projections import AT_ONCE_MAX, touched_subjects
from services.feed.pushing import store
from services.feed.pushing.domain import AHEAD_MAX, PushNotTaken
from services.feed.several.strand import Strand
from services.feed.source import Body, Place
from services.feed.ways.push import way
from services.feed.ways.push.elements import CHILD, CHILD_ID, EPISODE, EPISODE_ID, SPELL, Element
from services.feed.ways.push.merging import Rows, Unclear, merged
from services.feed.ways.push.refused import PushRefused
from shared.database.tx import Tx

TAKEN = (CHILD, EPISODE, SPELL)


def strand_of(chosen: Chosen) -> Strand:
    """The source that is pushed, of those that are read. Raises PushNotTaken."""
    for one in chosen.strands:
        if one.way is way:
            return one
    raise PushNotTaken("This council's records come another way: nothing is taken here.")


async def take(tx: Tx, chosen: Chosen, elements: Sequence[Element]) -> None:
    """Keep what a batch of a delta says, and emit whose state it changes. Raises PushRefused, PushNotTaken."""
    strand, cursors = strand_of(chosen), await mirror.cursors(tx, chosen)
    cursor = cursors.of[strand.name]
    if cursor.phase == "reading":
        raise PushNotTaken("A snapshot is being taken in. Send this again in a few minutes.")
    kept = await _kept(tx, strand, elements)
    gone = await _gone(tx, strand, elements)
    rows = _merged(strand, kept, gone, elements)
    await mark_restricted(tx, cells_of_children(rows))
    changed = [row for child, after in rows.items() for row in _changes(strand, kept[child], after, cursor.generation)]
    await bring(tx, chosen, cursors, changed)
    await store.note_taken(tx, [element.child for element in elements])
    metrics.pushed.labels("taken").inc(len(elements))


async def _kept(tx: Tx, strand: Strand, elements: Sequence[Element]) -> dict[str, Rows]:
    """The rows of each child, by its la_child_id."""
    table, called = strand.source.tables[CHILD], {strand.named(name): name for name in TAKEN}
    owners = {table.child(element.child): element.child for element in elements}
    found: dict[str, Rows] = {child: {} for child in owners.values()}
    for row in await store.rows_of(tx, owners):
        if row.table in called:
            found[owners[row.owner]][called[row.table], row.key] = row.body
    return found


async def _gone(tx: Tx, strand: Strand, elements: Sequence[Element]) -> set[Place]:
    """Where rows were removed not long ago of children of whom an element removes something."""
    of = [e.child for e in elements if any(o.purge or any(w.purge for w in o.workers) for o in e.episodes)]
    if not of:
        return set()
    table, called = strand.source.tables[EPISODE], {strand.named(name): name for name in (EPISODE, SPELL)}
    keys = [table.key_in({CHILD_ID: child, EPISODE_ID: "-"}, table.key) or "" for child in of]
    found = await store.gone_under(tx, list(called), [key.removesuffix("/-") for key in keys])
    return {(called[name], key) for name, key in found}


def _merged(
    strand: Strand, kept: Mapping[str, Rows], gone: Collection[Place], elements: Sequence[Element]
) -> dict[str, Rows]:
    """The rows of each child after its element. Raises PushRefused, with what is unclear in any of them."""
    after: dict[str, Rows] = {}
    wrong = []
    for element in elements:
        try:
            after[element.child] = merged(kept[element.child], gone, element, strand.source.tables)
        except Unclear as why:
            wrong.append(f"{element.at} {why}")
    if wrong:
        raise PushRefused(*wrong, children=frozenset(element.child for element in elements))
    return after


def cells_of_children(rows: Mapping[str, Rows]) -> list[Body]:
    """The own row of each child."""
    return [body for of_child in rows.values() for (table, _), body in of_child.items() if table == CHILD]


async def mark_restricted(tx: Tx, bodies: Sequence[Body]) -> None:
    """Put into these rows of children whether each is on the list. Before any list has come, it is not known."""
    listed = await store.restricted(tx, [body[CHILD_ID] for body in bodies])
    for body in bodies:
        body.pop("restricted", None)
        if listed is not None:
            body["restricted"] = body[CHILD_ID] in listed


def _changes(strand: Strand, before: Rows, after: Rows, generation: int) -> list[MirrorRow]:
    put = [(at, body) for at, body in after.items() if before.get(at) != body]
    gone = before.keys() - after.keys()
    return [MirrorRow(strand.named(name), key, body, generation, 0) for (name, key), body in put] + [
        MirrorRow(strand.named(name), key, {}, generation, 0, deleted=True) for name, key in gone
    ]


async def bring(tx: Tx, chosen: Chosen, cursors: Cursors, rows: Sequence[MirrorRow]) -> None:
    """Keep these rows, and emit whose state they change; before everything has come once they are noted for later."""
    tables, heartbeat = chosen.source.tables, chosen.source.heartbeat
    if not rows:
        return
    rows = sorted(rows, key=lambda row: (row.table, row.key))
    owners = [None if row.deleted else tables[row.table].owner_in(row.body) for row in rows]
    touched = await mirror.put_rows(tx, rows, owners)
    await note_rows(tx, chosen, [(one.table, one.key) for one in touched])
    subjects = touched_subjects(chosen.source, touched) - {heartbeat}
    if cursors.live and len(subjects) <= AT_ONCE_MAX:
        await emit(tx, chosen, cursors.epoch, subjects)
    else:
        await emitting.add_dirty(tx, subjects)


async def complete(tx: Tx, chosen: Chosen, complete_to: datetime) -> None:
    """Everything that was so by then has been sent. Raises PushNotTaken."""
    strand, cursors = strand_of(chosen), await mirror.cursors(tx, chosen)
    cursor = cursors.of[strand.name]
    await need_later(tx, chosen, complete_to)
    if why := await _incomplete(tx, cursor):
        raise PushNotTaken(why)
    await mirror.put_rows(tx, [beat(strand, complete_to, cursor.generation)], [None])
    await mirror.note_beat(tx, strand.name)
    if cursor.phase == "waiting":
        await mirror.put_cursor(tx, replace(cursor, phase="sweeping"))
    elif cursors.live:
        await emit_freshness(tx, chosen, cursors.epoch)


async def need_later(tx: Tx, chosen: Chosen, complete_to: datetime) -> None:
    """Raises PushNotTaken where this is in the future, or more than that was complete before."""
    if complete_to > tx.now + AHEAD_MAX:
        raise PushNotTaken("complete_to is in the future: see the clock of the machine that sends.")
    row = beat(strand_of(chosen), complete_to, 0)
    kept = await mirror.kept(tx, [(row.table, row.key)])
    before = [moment for _, body in kept.values() for moment in body.values() if moment != row.key]
    if any(datetime.fromisoformat(one) > complete_to for one in before):
        raise PushNotTaken("complete_to is earlier than what was sent before: it would bring back the past.")


async def _incomplete(tx: Tx, cursor: Cursor) -> str | None:
    """Why nothing is complete now."""
    if cursor.phase == "reading":
        return "A snapshot is being taken in. Send this again in a few minutes."
    if cursor.phase == "missed":
        return "Some of what was sent may be lost: send everything anew, as a snapshot."
    children, since = await store.refused(tx)
    if since is None:
        return None
    moment = f"{since.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"Batches with {children:,} children were refused since {moment}: send what is told of them anew first."


def beat(strand: Strand, complete_to: datetime, generation: int) -> MirrorRow:
    """The row that says up to when everything has come."""
    name, key = strand.beat
    table = strand.tables[name]
    at = next(column for column, type in table.columns.items() if type == "moment")
    return MirrorRow(name, key, {table.key[0]: key, at: complete_to.astimezone(UTC).isoformat()}, generation, 0)


async def refuse(tx: Tx, refused: PushRefused) -> None:
    """Nothing of a batch is taken: note it, so that nothing is called complete that lacks it."""
    await store.note_refused(tx, refused.children, refused.sentences)
    metrics.pushed.labels("refused").inc(max(1, len(refused.children)))
