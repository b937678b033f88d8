"""Drafts: one transaction each. Only their writer opens them, and only while acting for the school they began at."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from pydantic import TypeAdapter

from services.referrals.drafts import store
from services.referrals.drafts.domain import AlreadySent, DraftChild, DraftNotFound, DraftRow, HeldDraft, OpenDraft
from services.referrals.making.commands import MakeReferral, make_referral, receipt_of
from services.referrals.making.domain.concern import ToMend
from services.referrals.making.domain.referral import ChildDescribed, ChildWritten
from services.referrals.records.domain import children_of
from services.referrals.settings import Settings
from shared.contracts.referrals import (
    DraftDiscarded,
    DraftExpired,
    DraftRead,
    DraftRefused,
    DraftSaved,
    DraftsListed,
    DraftStarted,
)
from shared.contracts.referrals.answers import Receipt
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.sealing import bytes_of, derived, seal, unseal
from shared.web.tokens import Caller

LISTED_MAX = 100
EXPIRED_BATCH = 200
BATCHES_MAX = 50
ON_ROLL = "This child is on your roll: begin another draft if it is about somebody else"
HELD = TypeAdapter(HeldDraft)


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one caller, within one transaction. What opens none raises DraftNotFound, and records that."""

    tx: Tx
    caller: Caller
    settings: Settings

    async def start(self, draft_id: UUID, child_id: UUID | None, child: DraftChild) -> OpenDraft:
        """A new one; of an id that the caller used already the one that it is."""
        tx, draft = self.tx, HeldDraft(child)
        until = tx.now + self.settings.draft_life
        sealed, school = self._sealed(draft_id, draft), self.caller.school or ""
        row = DraftRow(draft_id, self.caller.account, school, child_id, tx.now, tx.now, until, None, 0, sealed)
        if not await store.add(tx, row):
            return await self.open(draft_id)
        await tx.emit(DraftStarted(**self._said(row), draft_id=draft_id, outcome="started"))
        return self._opened(row)

    async def listed(self) -> Sequence[OpenDraft]:
        rows = await store.unsent(self.tx, self.caller.account, self.caller.school, LISTED_MAX)
        children = tuple({row.child_id: None for row in rows if row.child_id})
        said = {**self.caller.indexed(), "children": children, "outcome": "shown"}
        await self.tx.emit(DraftsListed(**said, read_id=uuid4()))
        return [self._opened(row) for row in rows]

    async def open(self, draft_id: UUID) -> OpenDraft:
        row = await self._row(draft_id)
        await self.tx.emit(DraftRead(**self._said(row), read_id=uuid4(), draft_id=draft_id, outcome="shown"))
        sent = await receipt_of(self.tx, row.account, draft_id) if row.sent_at else None
        return OpenDraft(row, None, sent=sent) if row.sealed is None else self._opened(row)

    async def answer(self, draft_id: UUID, given: Mapping[str, Any], *, less_urgent: bool) -> OpenDraft:
        """Keep the answers of one page. Raises AlreadySent, ToMend."""
        row = await self._row(draft_id)
        changed = self._held(row).answered(given, less_urgent)
        if not isinstance(changed, HeldDraft):
            raise ToMend(changed)
        kept = await self._keep(row, changed)
        await self.tx.emit(DraftSaved(**self._said(row), draft_id=draft_id, outcome="saved"))
        return OpenDraft(kept, changed, changed.answers.faults(self.tx.now))

    async def describe(self, draft_id: UUID, child: DraftChild) -> OpenDraft:
        """The child who is not on the roll, described anew. Raises AlreadySent; ToMend for a child of the roll."""
        row = await self._row(draft_id)
        held = self._held(row)
        if row.child_id:
            raise ToMend([("given_name", ON_ROLL)])
        changed = replace(held, child=child)
        await self._keep(row, changed)
        await self.tx.emit(DraftSaved(**self._said(row), draft_id=draft_id, outcome="saved"))
        return OpenDraft(row, changed, changed.answers.faults(self.tx.now))

    async def discard(self, draft_id: UUID) -> None:
        """Raises AlreadySent."""
        row = await self._row(draft_id)
        if row.sent_at:
            raise AlreadySent
        await store.delete(self.tx, draft_id)
        await self.tx.emit(DraftDiscarded(**self._said(row), draft_id=draft_id, outcome="discarded"))

    async def send(self, draft_id: UUID) -> Receipt:
        """Make the referral of it, once. Raises ToMend, NotOnRoll."""
        row = await self._row(draft_id)
        if row.sent_at and (sent := await receipt_of(self.tx, row.account, draft_id)):
            return sent
        draft = self._held(row)
        if faults := draft.answers.faults(self.tx.now):
            raise ToMend(faults)
        receipt = await make_referral(self.tx, self.caller, _asked(row, draft), self.settings)
        await store.close(self.tx, draft_id)
        return receipt

    async def _row(self, draft_id: UUID) -> DraftRow:
        row = await store.locked(self.tx, draft_id, self.caller.account, self.caller.school)
        if row is None:
            said = {**self.caller.indexed(), "attempt_id": uuid4(), "draft_id": draft_id, "outcome": "not_found"}
            await self.tx.emit(DraftRefused(**said))
            raise DraftNotFound
        return row

    async def _keep(self, row: DraftRow, draft: HeldDraft) -> DraftRow:
        sealed, until = self._sealed(row.draft_id, draft), self.tx.now + self.settings.draft_life
        kept = replace(row, saved_at=self.tx.now, expires_at=until, version=row.version + 1, sealed=sealed)
        await store.save(self.tx, kept)
        return kept

    def _said(self, row: DraftRow) -> dict[str, Any]:
        return {**self.caller.indexed(), "children": children_of(row.child_id)}

    def _opened(self, row: DraftRow) -> OpenDraft:
        draft = self._held(row)
        return OpenDraft(row, draft, draft.answers.faults(self.tx.now))

    def _held(self, row: DraftRow) -> HeldDraft:
        """Raises AlreadySent."""
        if row.sealed is None:
            raise AlreadySent
        return HELD.validate_json(unseal(self._key, row.sealed, _place(row.draft_id)))

    def _sealed(self, draft_id: UUID, draft: HeldDraft) -> bytes:
        return seal(self._key, json.dumps(draft.told(), default=str).encode(), _place(draft_id))

    @property
    def _key(self) -> bytes:
        return derived(bytes_of(self.settings.sealing_key), "referrals drafts")


def _place(draft_id: UUID) -> str:
    return f"draft {draft_id}"


def _asked(row: DraftRow, draft: HeldDraft) -> MakeReferral:
    """The referral that is made of it, under the draft's own id as its key."""
    child, concern = draft.child, draft.answers.concern_sent(draft.highest)
    named = {"given_name": child.given_name, "family_name": child.family_name}
    if row.child_id is None:
        described = ChildDescribed(**named, born=child.born, why=child.why_not_on_roll or "")
        return MakeReferral(row.draft_id, None, concern, described)
    written = ChildWritten(**named, born=child.born) if child.born else None
    return MakeReferral(row.draft_id, row.child_id, concern, written)


async def delete_expired(database: Database, settings: Settings) -> None:
    """Periodic work: delete the drafts whose time is over."""
    for _ in range(BATCHES_MAX):
        async with database.by_itself("drafts") as tx:
            if not await delete_expired_batch(tx):
                return


async def delete_expired_batch(tx: Tx) -> int:
    """Delete up to EXPIRED_BATCH drafts, each with its fact; returns how many."""
    gone = await store.delete_expired(tx, EXPIRED_BATCH)
    facts = (
        DraftExpired(
            draft_id=one.draft_id,
            actor=one.account,
            school=one.school,
            children=children_of(one.child_id),
            outcome="expired",
        )
        for one in gone
    )
    await tx.emit(*facts)
    return len(gone)
