"""A draft opened, or saved, for one of its pages; or the page that says why it cannot be."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.referrals.attachments import Attachments
from services.gateway.calls.referrals.drafts import KeptDrafts, SavedDraft
from services.gateway.calls.referrals.sent import Sent
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.concern.pages import address
from services.gateway.journeys.concern.rescue import words_of
from services.gateway.words import Fault
from shared.contracts.referrals.answers import AttachedFiles
from shared.contracts.referrals.lists import SentOne

LATELY_DAYS = 14
GONE, SENT_BEFORE = "This draft is not here", "This has been sent already"
UNREADABLE = "This could not be saved. Check what you typed"


async def colleagues(visit: Visit, draft: SavedDraft) -> tuple[SentOne, ...]:
    """What the school has sent about this child lately, whoever of it: to be known before more is written.

    Nothing where that cannot be had: it must keep nobody from writing.
    """
    if draft.child_id is None:
        return ()
    try:
        return await Sent(visit.behalf).recent(draft.child_id, LATELY_DAYS)
    except (Away, NoRecord, Refused):
        return ()


async def files_of(visit: Visit, draft: SavedDraft) -> AttachedFiles | None:
    """What is added to it; None: that cannot be had right now, and keeps nobody from writing and sending."""
    try:
        return await Attachments(visit.behalf).of_draft(draft.draft_id)
    except (Away, NoRecord, Refused):
        return None


class NotKept(Exception):
    """Referrals did not keep it: what is to be mended, by referrals' own field."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = faults


async def opened(visit: Visit, draft_id: str) -> SavedDraft | Response:
    """A draft to write in; or, of one that is sent, of another person or school, or gone, what is shown instead."""
    try:
        draft = await KeptDrafts(visit.behalf).open(UUID(draft_id))
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        return _gone(visit, refused)
    return _sent_before(visit, draft_id) if draft.sent else draft


async def saved(visit: Visit, draft_id: str, answers: Mapping[str, Any]) -> SavedDraft | Response:
    """With the answers of one page: in one step, so that the record has one entry of it. Raises NotKept."""
    try:
        return await KeptDrafts(visit.behalf).save(UUID(draft_id), answers)
    except ValueError:
        return visit.show("errors/not_found", "Page not found", 404)
    except Refused as refused:
        if refused.status == 422:
            raise NotKept([(where.removeprefix("/"), why) for where, why in refused.errors]) from refused
        return _sent_before(visit, draft_id) if refused.kind == "already-sent" else _gone(visit, refused)


def _gone(visit: Visit, refused: Refused) -> Response:
    if refused.kind != "draft-not-found":
        raise refused
    return visit.show("concern/gone", GONE, 404, typed=words_of(visit))


def _sent_before(visit: Visit, draft_id: str) -> Response:
    """What was typed since is given back: it has not been sent with the rest."""
    sent, typed = address(draft_id, "sent"), words_of(visit)
    return visit.show("concern/sent_before", SENT_BEFORE, 409, sent=sent, typed=typed) if typed else go(sent)
