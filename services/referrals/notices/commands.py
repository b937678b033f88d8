"""Notices are told by e-mail, each until the mail server has taken it for everybody who is to know.

A message is handed over before that is written down: after a crash between, it is sent again under the same Message-ID.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from services.referrals.mail_server import MailServerAway, NotDelivered, OpenMail
from services.referrals.metrics import metrics
from services.referrals.notices import store
from services.referrals.notices.domain.letter import letter
from services.referrals.notices.domain.notice import AUDIENCES, Notice, Recipient, pause
from services.referrals.records.domain import children_of
from services.referrals.settings import Settings
from shared.contracts.referrals import NoticeSent
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.observe.logs import log

ROUND_S = 40.0
"""How long one round may take; what is left waits for the next."""


@dataclass(frozen=True, slots=True)
class BeingTold:
    """A notice that is being told: to whom it is still to be said, and if anybody is to know it at all."""

    notice: Notice
    left: list[Recipient]
    anybody: bool


async def tell(database: Database, settings: Settings) -> None:
    """Periodic: tell what is due, over one connection. Without a mail server all is kept, and told if there is one
    within days."""
    server = settings.mail_server
    await _measure(database, off=server is None)
    if server is None or not await _any_due(database):
        return
    try:
        async with asyncio.timeout(ROUND_S), server.opened() as mail:
            while due := await _begin(database, settings):
                await _tell(database, settings, mail, due)
    except (MailServerAway, TimeoutError) as error:
        log.warning("mail server away", why=str(error) or "round over")
    await _measure(database, off=False)


async def _any_due(database: Database) -> bool:
    async with database.by_itself("tell_by_mail") as tx:
        return await store.due_locked(tx) is not None


async def _begin(database: Database, settings: Settings) -> BeingTold | None:
    """The next one, with when it is tried again if this process dies over it; None: nothing is due."""
    async with database.by_itself("tell_by_mail") as tx:
        notice = await store.due_locked(tx)
        if notice is None:
            return None
        await store.put_tried(tx, notice, tx.now + pause(notice.attempts))
        everybody = await _audience(tx, notice, settings)
        told = await store.told(tx, notice.notice_id)
    return BeingTold(notice, [one for one in everybody if notice.message_id(one.account) not in told], bool(everybody))


async def _audience(tx: Tx, notice: Notice, settings: Settings) -> list[Recipient]:
    """Who is to know, as access stands now: somebody who left since it happened is told nothing."""
    audience = AUDIENCES[notice.kind]
    if audience == "school":
        return await store.school(tx, notice.about)
    if audience == "holder" and (found := await store.holder(tx, notice.about)):
        return found
    return [Recipient(None, settings.triage_mailbox)] if settings.triage_mailbox else await store.officers(tx)


async def _tell(database: Database, settings: Settings, mail: OpenMail, due: BeingTold) -> None:
    """Raises MailServerAway: it is tried again later, and so is the rest."""
    refused = [one for one in due.left if not await _sent(database, settings, mail, due.notice, one)]
    async with database.by_itself("tell_by_mail") as tx:
        if due.anybody and not refused:
            await store.put_done(tx, due.notice.notice_id, given_up=False)
        elif due.notice.is_old(tx.now):
            await store.put_done(tx, due.notice.notice_id, given_up=True)
            await tx.emit(await _fact(tx, due.notice, None, "given_up"))


async def _sent(database: Database, settings: Settings, mail: OpenMail, notice: Notice, to: Recipient) -> bool:
    """Whether the mail server has taken it. What it answers is logged without the address."""
    try:
        message = letter(notice, to, settings.smtp_from or "", settings.portal_url or "", datetime.now(UTC))
        await mail.send(message, to.address)
    except (NotDelivered, ValueError) as error:
        log.warning("notice not taken", kind=notice.kind, code=getattr(error, "code", None), attempts=notice.attempts)
        return False
    async with database.by_itself("tell_by_mail") as tx:
        await store.add_told(tx, notice, to.account)
        await tx.emit(await _fact(tx, notice, to, "told"))
    return True


async def _fact(tx: Tx, notice: Notice, to: Recipient | None, outcome: str) -> NoticeSent:
    return NoticeSent(
        actor=None,
        children=children_of(await store.child_of(tx, notice.about)),
        outcome=outcome,
        notice_id=notice.notice_id,
        referral_id=notice.about,
        reference=notice.reference,
        about=notice.kind,
        to_account=to.account if to else None,
    )


async def _measure(database: Database, off: bool) -> None:
    async with database.by_itself("tell_by_mail") as tx:
        number, since = await store.waiting(tx)
    metrics.notices_waiting.set(number)
    metrics.notices_age.set((tx.now - since).total_seconds() if since else 0)
    metrics.notices_off.set(off)
