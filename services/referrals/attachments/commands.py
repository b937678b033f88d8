"""What people do with attachments: one transaction each, which emits what was done or refused."""

from dataclasses import dataclass
from typing import Any, NoReturn
from uuid import UUID, uuid4

from services.referrals.attachments import store
from services.referrals.attachments.domain import Attachment, AttachmentNotFound, Limits, named_after
from services.referrals.attachments.domain import tidy_name as tidy
from services.referrals.attachments.receiving import Received
from services.referrals.attachments.store import OwnDraft, Row, Whose
from services.referrals.inspecting.domain.content import TYPES
from services.referrals.inspecting.domain.unfit import Unfit
from services.referrals.records.domain import children_of
from services.referrals.sealed_files import SealedFiles
from shared.contracts.referrals import AttachmentAdded, AttachmentRead, AttachmentRefused, AttachmentRemoved
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def announce(tx: Tx, caller: Caller, draft_id: UUID, name: str, files: SealedFiles, limits: Limits) -> UUID:
    """A file is to come: under which id. Raises AttachmentNotFound, Unfit."""
    attachment_id = uuid4()
    about = await _about(tx, caller, draft_id, attachment_id)
    await _within(tx, about, limits)
    await store.announce(tx, caller, draft_id, attachment_id, files.seal_name(attachment_id, tidy(name)))
    return attachment_id


async def expect(tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID) -> None:
    """Its content may come now. Raises AttachmentNotFound, Unfit."""
    await _announced(tx, await _about(tx, caller, draft_id, attachment_id))


async def add(
    tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID, came: Received, files: SealedFiles, limits: Limits
) -> Attachment:
    """It is here whole: the attachment, or the one that the draft has of the same bytes already.

    Raises AttachmentNotFound, Unfit; also where the draft was sent, or had other files added, while this one came.
    """
    await store.hold(tx, draft_id)
    about = await _about(tx, caller, draft_id, attachment_id)
    name = files.name(attachment_id, await _announced(tx, about))
    if before := await store.same(tx, draft_id, came.fingerprint):
        await store.delete(tx, draft_id, attachment_id)
        return _attachment(before, files)
    await _within(tx, about, limits, came.size_bytes)
    sealed = files.seal_name(attachment_id, named_after(name, TYPES[came.type].endings))
    row = Row(attachment_id, draft_id, sealed, came.type, came.size_bytes, tx.now, "unscanned")
    await store.put(tx, row, came.fingerprint)
    await tx.emit(AttachmentAdded(**about.said("added"), file_type=came.type, size_bytes=came.size_bytes))
    return _attachment(row, files)


async def refuse(tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID, unfit: Unfit) -> NoReturn:
    """What came is not taken, and is not expected any more. Raises that very Unfit."""
    await store.delete(tx, draft_id, attachment_id)
    raise await _refused(tx, _About(caller, draft_id, attachment_id, await store.draft(tx, caller, draft_id)), unfit)


async def remove(tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID) -> None:
    """The draft has it no more; its file goes after the commit. Raises AttachmentNotFound, Unfit."""
    await store.hold(tx, draft_id)
    about = await _about(tx, caller, draft_id, attachment_id)
    if not await store.delete(tx, draft_id, attachment_id):
        raise await _refused(tx, about, AttachmentNotFound())
    await tx.emit(AttachmentRemoved(**about.said("removed")))


async def of_draft(tx: Tx, caller: Caller, draft_id: UUID, files: SealedFiles) -> list[Attachment]:
    """All of the caller's own draft, also when it was sent. Raises AttachmentNotFound."""
    draft = await store.draft(tx, caller, draft_id)
    children = children_of(draft.child_id if draft else None)
    await tx.emit(_read(caller, "listed" if draft else "not_found", draft_id=draft_id, children=children))
    if draft is None:
        raise AttachmentNotFound
    return [_attachment(row, files) for row in await store.of_draft(tx, draft_id)]


async def of_referral(tx: Tx, caller: Caller, reference: str, files: SealedFiles) -> list[Attachment]:
    """All that were sent with it: for officers, and for the school that sent it. Raises AttachmentNotFound."""
    whose = await _whose(tx, caller, reference)
    await tx.emit(_read(caller, "listed" if whose else "not_found", whose, reference=reference))
    if whose is None:
        raise AttachmentNotFound
    return [_attachment(row, files) for row in await store.of_referral(tx, whose)]


async def open_one(
    tx: Tx, caller: Caller, reference: str, attachment_id: UUID, files: SealedFiles, scanner: bool
) -> Attachment:
    """One of them, to be read now. Raises AttachmentNotFound; NotReadable for what is in quarantine."""
    whose = await _whose(tx, caller, reference)
    rows = await store.of_referral(tx, whose) if whose else []
    found = next((_attachment(row, files) for row in rows if row.attachment_id == attachment_id), None)
    standing = found.standing(scanner) if found else "not_found"
    outcome = "shown" if standing in ("clean", "unchecked") else standing
    await tx.emit(_read(caller, outcome, whose, reference=reference, attachment_id=attachment_id))
    if found is None:
        raise AttachmentNotFound
    found.refuse_unreadable(scanner)
    return found


async def _whose(tx: Tx, caller: Caller, reference: str) -> Whose | None:
    return await store.whose(tx, reference, caller.school, caller.role == "triage_officer")


@dataclass(frozen=True, slots=True)
class _About:
    """Who does something with which file of which draft: what every fact of it says."""

    caller: Caller
    draft_id: UUID
    attachment_id: UUID
    draft: OwnDraft | None

    def said(self, outcome: str) -> dict[str, Any]:
        ids = {"attachment_id": self.attachment_id, "draft_id": self.draft_id}
        children = children_of(self.draft.child_id if self.draft else None)
        return {**self.caller.indexed(), "children": children, "outcome": outcome, **ids}


async def _about(tx: Tx, caller: Caller, draft_id: UUID, attachment_id: UUID) -> _About:
    """Raises AttachmentNotFound for what is not the caller's own draft at this school; Unfit for one that was sent."""
    about = _About(caller, draft_id, attachment_id, await store.draft(tx, caller, draft_id))
    if about.draft is None:
        raise await _refused(tx, about, AttachmentNotFound())
    if about.draft.sent:
        raise await _refused(tx, about, Unfit("sent"))
    return about


async def _announced(tx: Tx, about: _About) -> bytes:
    """The name, sealed, of one that is still to come. Raises AttachmentNotFound."""
    name = await store.announced_name(tx, about.draft_id, about.attachment_id)
    if name is None:
        raise await _refused(tx, about, AttachmentNotFound())
    return name


async def _within(tx: Tx, about: _About, limits: Limits, more_bytes: int = 0) -> None:
    """Raises Unfit."""
    try:
        limits.refuse_more(await store.sizes_bytes(tx, about.draft_id), more_bytes)
    except Unfit as unfit:
        await store.delete(tx, about.draft_id, about.attachment_id)
        raise await _refused(tx, about, unfit) from None


async def _refused(tx: Tx, about: _About, why: Unfit | AttachmentNotFound) -> Unfit | AttachmentNotFound:
    """The refusal, which is a fact now."""
    await tx.emit(AttachmentRefused(**about.said(why.why if isinstance(why, Unfit) else "not_found")))
    return why


def _read(caller: Caller, outcome: str, whose: Whose | None = None, **said: Any) -> AttachmentRead:
    about: dict[str, Any] = {"children": children_of(whose.child_id if whose else None)}
    about |= {"referral_id": whose.referral_id if whose else None, "outcome": outcome, "read_id": uuid4()}
    return AttachmentRead(**{**caller.indexed(), **about, **said})


def _attachment(row: Row, files: SealedFiles) -> Attachment:
    name = files.name(row.attachment_id, row.name)
    return Attachment(row.attachment_id, row.draft_id, name, row.type, row.size_bytes, row.added_at, row.scan)
