"""Files of a concern that is being written: one page, on which they are listed, added one by one, and removed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from services.gateway.calls.http import Away, NoRecord, Refused
from services.gateway.calls.referrals.attachments import Attachments, FileTooLarge
from services.gateway.calls.referrals.drafts import KeptDrafts, SavedDraft
from services.gateway.fields import Malformed
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.attachments import journey
from services.gateway.uploads import Upload, sent_file, upload_of
from services.gateway.words import Fault
from shared.contracts.referrals.answers import AttachedFiles

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Files for this concern"
CHOOSE = "Choose a file"
NOT_WHOLE = "The file did not arrive whole. Add it again"
MB = 1024 * 1024


@router.get("/{draft}")
async def get_files(draft: str, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return await _page(visit, _id(draft))


@router.post("/{draft}/add")
async def post_file(draft: str, visit: Annotated[Visit, sent_file(*journey.roles)]) -> Response:
    """Adds the file that was chosen, and shows the list again: with what to mend, if it was not taken."""
    draft_id, upload = _id(draft), upload_of(visit)
    if upload is None:
        return await _page(visit, draft_id, [("file", CHOOSE)])
    if faults := await _added(visit, draft_id, upload):
        return await _page(visit, draft_id, faults)
    return go(f"{journey.start}/{draft_id}")


async def _added(visit: Visit, draft_id: UUID, upload: Upload) -> list[Fault]:
    """What to mend; nothing, where the file was taken. What is left of it is read on, so that the browser hears."""
    try:
        await Attachments(visit.behalf).add(draft_id, upload.filename or "", upload.pieces())
    except FileTooLarge as error:
        return [("file", f"The file must be smaller than {error.most_bytes // MB}MB")]
    except (Malformed, ClientDisconnect):
        return [("file", NOT_WHOLE)]
    except Refused as refused:
        return _to_mend(refused)
    finally:
        await upload.drop()
    return []


@router.post("/{draft}/remove")
async def post_removal(draft: str, visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """Takes one away. One that is gone already, as after a second press, is gone."""
    draft_id = _id(draft)
    try:
        await Attachments(visit.behalf).remove(draft_id, _id(visit.fields.get("file", "")))
    except Refused as refused:
        if refused.status != 404:
            return await _page(visit, draft_id, _to_mend(refused))
    return go(f"{journey.start}/{draft_id}")


async def _page(visit: Visit, draft_id: UUID, faults: list[Fault] | None = None) -> Response:
    """The list, with a form to add to it; of a concern that is sent what became of it, or only why nothing is added."""
    files, draft = await _files(visit, draft_id), await _draft(visit, draft_id)
    sent = bool(draft and draft.sent)
    if sent and not faults:
        return go(f"/concern/{draft_id}/sent")
    child = draft.child if draft else None
    faults = [("", why) for _, why in faults or []] if sent else faults
    return visit.show(
        "attachments/page", TITLE, draft_id=draft_id, files=files, child=child, sent=sent, faults=faults or []
    )


async def _draft(visit: Visit, draft_id: UUID) -> SavedDraft | None:
    """Whom the concern is about, for every page of it says so, and if it is sent; None: not known right now."""
    try:
        return await KeptDrafts(visit.behalf).open(draft_id)
    except (Away, NoRecord, Refused):
        return None


async def _files(visit: Visit, draft_id: UUID) -> AttachedFiles:
    try:
        return await Attachments(visit.behalf).of_draft(draft_id)
    except Refused as refused:
        raise (HTTPException(404) if refused.status == 404 else refused) from None


def _to_mend(refused: Refused) -> list[Fault]:
    """Raises HTTPException where the draft is none of theirs."""
    if refused.status == 404:
        raise HTTPException(404)
    if refused.status != 422:
        raise refused
    return [("file", why) for _, why in refused.errors[:1]] or [("file", NOT_WHOLE)]


def _id(text: str) -> UUID:
    """Raises HTTPException for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None
