"""Teams are told by e-mail, each message until the mail server has taken it.

It is handed over before that is written down: after a crash between, it is sent again under the same Message-ID.
"""

import asyncio
from datetime import UTC, datetime

from services.referrals.mail_server import MailServerAway, NotDelivered, OpenMail
from services.referrals.notices.domain.notice import pause
from services.referrals.settings import Settings
from services.referrals.team_letters import store
from services.referrals.team_letters.domain import TeamLetter, letter
from shared.contracts.referrals import TeamTold
from shared.database.pool import Database
from shared.database.tx import Tx
from shared.observe.logs import log

ROUND_S = 40.0
"""How long one round may take; what is left waits for the next."""


async def tell(database: Database, settings: Settings) -> None:
    """Periodic: write to the teams for which something is due. Without a mail server all waits, and metrics say so."""
    server = settings.mail_server
    if server is None or not await _any_due(database):
        return
    try:
        async with asyncio.timeout(ROUND_S), server.opened() as mail:
            while due := await _begin(database):
                await _tell(database, settings, mail, due)
    except (MailServerAway, TimeoutError) as error:
        log.warning("mail server away", why=str(error) or "round over")


async def _any_due(database: Database) -> bool:
    async with database.by_itself("tell_teams") as tx:
        return await store.due_locked(tx) is not None


async def _begin(database: Database) -> TeamLetter | None:
    """The next one, with when it is tried again if this process dies over it; None: nothing is due."""
    async with database.by_itself("tell_teams") as tx:
        due = await store.due_locked(tx)
        if due:
            await store.put_tried(tx, due, tx.now + pause(due.attempts))
        return due


async def _tell(database: Database, settings: Settings, mail: OpenMail, due: TeamLetter) -> None:
    """Raises MailServerAway: it is tried again later, and so is the rest."""
    mailbox = settings.mailbox_of(due.team) if due.team else None
    sent = bool(mailbox) and await _sent(database, settings, mail, due, mailbox or "")
    async with database.by_itself("tell_teams") as tx:
        if sent:
            await _done(tx, due, "told")
        elif due.is_old(tx.now):
            await _done(tx, due, "given_up" if mailbox else "no_address")


async def _done(tx: Tx, due: TeamLetter, outcome: str) -> None:
    await store.put_done(tx, due.gathered_id)
    said = {"gathered_id": due.gathered_id, "team_id": due.team_id, "schools": due.schools}
    await tx.emit(TeamTold(actor=None, outcome=outcome, first_day=due.first_day, last_day=due.last_day, **said))


async def _sent(database: Database, settings: Settings, mail: OpenMail, due: TeamLetter, mailbox: str) -> bool:
    """Whether the mail server has taken it. What it answers is logged without the address."""
    async with database.by_itself("tell_teams") as tx:
        names = await store.names(tx, due.schools)
    sender, portal = settings.smtp_from or "", settings.portal_url or ""
    try:
        await mail.send(letter(due, names, mailbox, sender, portal, datetime.now(UTC)), mailbox)
    except (NotDelivered, ValueError) as error:
        log.warning("team not written to", code=getattr(error, "code", None), attempts=due.attempts)
        return False
    return True
