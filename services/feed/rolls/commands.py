"""What a school does with its roll: one transaction each, and its fact in it. Nothing is shown before that is kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NoReturn
from uuid import UUID, uuid4

from services.feed.chosen import Chosen
from services.feed.emitting import store as emitting
from services.feed.linking.commands import note_rows
from services.feed.mirror import store as mirror
from services.feed.mirror.domain import Cursors
from services.feed.mirror.projections import touched_subjects
from services.feed.roll_changes.domain import KeptChild, RollChange, compare, described, needs_reason
from services.feed.roll_files.roll import ReadRoll
from services.feed.rolls import store
from services.feed.rolls.domain import (
    PREVIEW_FOR,
    UNDO_FOR,
    NoUploads,
    ReasonNeeded,
    RollChanged,
    UndoTooLate,
    UploadNotFound,
    faults_of_school,
    preview_of,
)
from services.feed.rolls.store import KeptUpload, RollSchool
from services.feed.settings import Settings
from services.feed.source import Subject, row_key
from services.feed.uploads import UploadedChild, Uploads
from shared.clock import today
from shared.contracts.feed import RollChecked, RollColumnsSaid, RollsRead, RollTaken, RollUndone
from shared.database.pool import Database
from shared.database.refusal import Refusal
from shared.database.tx import Tx
from shared.web.tokens import Caller

LISTED_MAX = 10


def uploads_of(chosen: Chosen) -> Uploads:
    """Raises NoUploads."""
    if chosen.source.uploads is None:
        raise NoUploads
    return chosen.source.uploads


def urn_of(caller: Caller) -> str:
    """Raises UploadNotFound for whoever acts for no school."""
    if caller.school is None:
        raise UploadNotFound
    return caller.school


async def standing(tx: Tx, caller: Caller) -> tuple[RollSchool, list[KeptUpload]]:
    """How the school's roll stands, and its last uploads. Emits RollsRead."""
    urn = urn_of(caller)
    await tx.emit(RollsRead(**caller.indexed(), read_id=uuid4(), outcome="shown"))
    return await store.school(tx, urn), await store.last_uploads(tx, urn, LISTED_MAX)


async def known_columns(tx: Tx, caller: Caller) -> Mapping[str, str] | None:
    """Which column of the school's own tables holds what, as somebody there said it."""
    return (await store.school(tx, urn_of(caller))).columns


async def say_columns(tx: Tx, caller: Caller, columns: Mapping[str, str]) -> None:
    """Remember it for the school; none: forget it. Emits RollColumnsSaid."""
    await store.put_columns(tx, urn_of(caller), columns)
    await tx.emit(RollColumnsSaid(**caller.indexed(), act_id=uuid4(), outcome="saved"))


async def refuse(tx: Tx, caller: Caller) -> None:
    """Nothing of a file could be taken. Emits RollChecked."""
    await tx.emit(RollChecked(**caller.indexed(), upload_id=uuid4(), outcome="refused"))


async def preview(tx: Tx, chosen: Chosen, caller: Caller, read: ReadRoll, share: float) -> KeptUpload | list[str]:
    """What this file would change, kept for a day; or why none of it can be. Emits RollChecked."""
    urn, uploads = urn_of(caller), uploads_of(chosen)
    school = await store.school(tx, urn)
    other = await store.urn_of_number(tx, read.school.number) if read.school.number else None
    if sentences := faults_of_school(read, urn, school.number, school.upload is not None, other):
        await refuse(tx, caller)
        return sentences
    kept = await _kept(tx, chosen, uploads, urn, school, read)
    change = compare(read, kept, urn, today(tx.now), lambda: f"roll:{urn}:{uuid4().hex[:12]}")
    upload = KeptUpload(
        uuid4(), urn, "previewed", school.upload, read.format, read.school.number, _counts(change, read),
        preview_of(change, read), needs_reason(change, share), None, caller.account, tx.now, None, None,
    )  # fmt: skip
    await store.put_upload(tx, upload, change.roll)
    counts = {name: upload.counts[name] for name in ("entries", "joins", "leaves", "faults")}
    children = await _ids(tx, chosen, [*change.joins, *change.leaves])
    fact = {**caller.indexed(), "upload_id": upload.id, "outcome": "shown", "children": children}
    await tx.emit(RollChecked(**fact, **counts))
    return upload


def _counts(change: RollChange, read: ReadRoll) -> dict[str, int]:
    return {
        "before": change.before, "entries": len(read.entries), "joins": len(change.joins), "leaves": len(change.leaves),
        "changes": len(change.changes), "differs": len(change.differs), "faults": len(change.faults),
        "roll": len(change.roll),
    }  # fmt: skip


async def _kept(
    tx: Tx, chosen: Chosen, uploads: Uploads, urn: str, school: RollSchool, read: ReadRoll
) -> list[KeptChild]:
    """All who are on the roll, and all others with a UPN of the file."""
    source = chosen.source
    table, by = source.tables[uploads.enrolment], today(tx.now)
    joined: dict[str, str] = {}
    for owner, body in await store.enrolled(tx, uploads, urn, school.upload is not None):
        cells = chosen.row(uploads.enrolment, "", owner, body).body
        ends, starts = cells.get(table.ends or ""), cells.get("starts")
        if ends is None or isinstance(ends, str) or ends > by:
            joined[owner] = (starts if isinstance(starts, date) else by).isoformat()
    others = await store.with_upns(tx, {upn for entry in read.entries for upn in described(entry).upns})
    children = source.tables[uploads.child]
    rows = await store.child_rows(tx, uploads, [row_key(key) for key in {*joined, *others}])
    current = {one.key: one for one in await store.children_of(tx, school.upload)} if school.upload else {}
    assert source.described is not None
    found = []
    for key, body, own in rows:
        row = chosen.row(uploads.child, key, children.child(key), body)
        who = source.described(row)
        born = who.born.isoformat() if who.born else None
        made = UploadedChild(
            key, own, who.given_name, who.family_name, born, next(iter(who.upns), None), who.upns[1:],
            joined.get(row.about or "", by.isoformat()),
        )  # fmt: skip
        found.append(KeptChild(current.get(key, made), who, row.about in joined))
    return found


async def shown(tx: Tx, caller: Caller, id: UUID) -> KeptUpload:
    """An upload that waits, with what it would change. Emits RollsRead. Raises UploadNotFound."""
    found = await store.upload(tx, id, urn_of(caller))
    is_shown = found is not None and found.state == "previewed" and tx.now - found.at < PREVIEW_FOR
    outcome = "shown" if is_shown else "not_found"
    await tx.emit(RollsRead(**caller.indexed(), read_id=uuid4(), upload_id=id, outcome=outcome))
    if found is None or not is_shown:
        raise UploadNotFound
    return found


async def take(tx: Tx, chosen: Chosen, caller: Caller, id: UUID, reason: str | None) -> None:
    """Make an upload the school's roll. A second press finds it taken. Emits RollTaken, and the children's states
    follow within seconds. Raises UploadNotFound, RollChanged, ReasonNeeded."""
    urn, uploads = urn_of(caller), uploads_of(chosen)
    cursors = await mirror.cursors(tx, chosen)
    found, school = await store.upload(tx, id, urn), await store.school(tx, urn)
    if found is None or (found.state == "previewed" and tx.now - found.at >= PREVIEW_FOR):
        await _refuse(tx, RollTaken, caller, id, "not_found", UploadNotFound())
    if found.state == "taken" and school.upload == id:
        return
    if found.state != "previewed" or found.basis != school.upload:
        await _refuse(tx, RollTaken, caller, id, "changed_meanwhile", RollChanged())
    if found.held and not reason:
        await _refuse(tx, RollTaken, caller, id, "held", ReasonNeeded())
    before = await store.children_of(tx, school.upload) if school.upload else []
    await _bring(tx, chosen, uploads, urn, await store.children_of(tx, id), _generation(chosen, cursors, uploads))
    if school.upload:
        await store.note_ended(tx, school.upload)
    await store.note_taken(tx, id, reason)
    await store.put_in_use(tx, urn, id, found.number)
    children = await _moved(tx, chosen, before, await store.children_of(tx, id))
    counts = {"joins": found.counts["joins"], "leaves": found.counts["leaves"]}
    said = {**caller.indexed(), "upload_id": id, "outcome": "taken", "children": children, "reason": reason}
    await tx.emit(RollTaken(**said, **counts, act_id=uuid4()))


async def undo(tx: Tx, chosen: Chosen, caller: Caller, id: UUID, reason: str) -> None:
    """Take back the upload that is in use: the roll is that of the one before it, or the council's own. Emits
    RollUndone. Raises UploadNotFound, RollChanged, UndoTooLate."""
    urn, uploads = urn_of(caller), uploads_of(chosen)
    cursors = await mirror.cursors(tx, chosen)
    found, school = await store.upload(tx, id, urn), await store.school(tx, urn)
    if found is None or found.taken_at is None:
        await _refuse(tx, RollUndone, caller, id, "not_found", UploadNotFound())
    if found.state == "undone" and school.upload == found.basis:
        return
    if school.upload != id:
        await _refuse(tx, RollUndone, caller, id, "changed_meanwhile", RollChanged())
    if tx.now - found.taken_at >= UNDO_FOR:
        await _refuse(tx, RollUndone, caller, id, "late", UndoTooLate())
    now, back = await store.children_of(tx, id), await store.children_of(tx, found.basis) if found.basis else []
    await store.put_in_use(tx, urn, found.basis)
    await _bring(tx, chosen, uploads, urn, back, _generation(chosen, cursors, uploads))
    await store.note_ended(tx, id, undone=True)
    if found.basis:
        await store.note_in_use_again(tx, found.basis)
    children = await _moved(tx, chosen, now, back)
    said = {**caller.indexed(), "upload_id": id, "outcome": "undone", "children": children, "reason": reason}
    await tx.emit(RollUndone(**said, act_id=uuid4()))


def _generation(chosen: Chosen, cursors: Cursors, uploads: Uploads) -> int:
    """Of the source whose rows the uploaded ones are like."""
    return cursors.of[chosen.strand_of(uploads.child).name].generation


async def _bring(
    tx: Tx, chosen: Chosen, uploads: Uploads, urn: str, children: Sequence[UploadedChild], generation: int
) -> None:
    """Make these the school's uploaded rows, and note whoever is to be looked at: also whom the council has there."""
    tables = chosen.source.tables
    own, enrolment = tables[uploads.child], tables[uploads.enrolment]
    rows: list[tuple[str, str, str | None, dict[str, Any]]] = []
    for child in children:
        if child.own:
            body = uploads.child_row(child)
            rows.append((uploads.child, child.key, own.owner_in(body), body))
        key = f"roll:{urn}:{child.key}"
        body = uploads.enrolment_row(key, child, urn)
        rows.append((uploads.enrolment, key, enrolment.owner_in(body), body))
    touched = await store.bring(tx, urn, rows, generation)
    touched += await store.take_out(tx, uploads, urn, [key for table, key, *_ in rows if table == uploads.enrolment])
    await note_rows(tx, chosen, [(one.table, one.key) for one in touched])
    theirs = {Subject("child", owner) for owner, _ in await store.enrolled(tx, uploads, urn, uploaded=False)}
    await emitting.add_dirty(tx, touched_subjects(chosen.source, touched) | theirs)


async def _moved(
    tx: Tx, chosen: Chosen, before: Sequence[UploadedChild], after: Sequence[UploadedChild]
) -> tuple[UUID, ...]:
    """Who is on one of the two rolls and not on the other."""
    was, now = {one.key: one for one in before}, {one.key: one for one in after}
    return await _ids(tx, chosen, [{**was, **now}[key] for key in was.keys() ^ now.keys()], mint=True)


async def _ids(tx: Tx, chosen: Chosen, children: Sequence[UploadedChild], mint: bool = False) -> tuple[UUID, ...]:
    """The ids of these children; `mint`: also of those who are not known yet."""
    table = chosen.source.tables[uploads_of(chosen).child]
    keys = [table.child(child.key) for child in children]
    if mint:
        await emitting.add_subjects(tx, {Subject("child", key) for key in keys})
    return tuple(await store.ids(tx, keys))


async def _refuse(
    tx: Tx, fact: type[RollTaken] | type[RollUndone], caller: Caller, id: UUID, outcome: str, why: Refusal
) -> NoReturn:
    await tx.emit(fact(**caller.indexed(), act_id=uuid4(), upload_id=id, outcome=outcome))
    raise why


async def forget(database: Database, settings: Settings) -> None:
    """Drop what was shown and not taken after a day, and what can be undone no more."""
    async with database.by_itself("forget rolls") as tx:
        await store.forget(tx, tx.now - PREVIEW_FOR, tx.now - UNDO_FOR)
