"""A school's roll: how it stands, a file and what it would change, the press that takes it, and the one that undoes it.

No child's name is in an address or a title, and a file is handed on as it comes, never held here.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from services.gateway.calls.feed.rolls import COLUMN_MAX, REASON_MAX, FileSaid, SchoolRolls
from services.gateway.calls.http import Refused
from services.gateway.fields import Malformed
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, Writing, go
from services.gateway.journeys.school_roll import journey
from services.gateway.journeys.school_roll.words import FIELDS, NEEDED
from services.gateway.uploads import Upload, sent_file, upload_of
from services.gateway.words import Fault, too_long

router = APIRouter(prefix=journey.start, include_in_schema=False)

TITLE = "Your school's roll"
CHOOSE = "Choose a file"
NOT_WHOLE = "The file did not arrive whole. Choose it again"
SAY_WHY = "Say why"
CHANGED = "The roll has been changed since this page was shown. Upload the file again"
TOO_LATE = "This can be undone no more"
COLUMNS_MAX = 300
REASON = ("reason", "Why", REASON_MAX)


@router.get("")
async def get_roll(visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return await _page(visit)


async def _page(visit: Visit, faults: list[Fault] | None = None) -> Response:
    roll = await SchoolRolls(visit.behalf).standing()
    current = next((one for one in roll.uploads if one.upload_id == roll.in_use), None)
    return visit.show("school_roll/page", TITLE, roll=roll, current=current, faults=faults or [], values=visit.fields)


@router.post("/file")
async def post_file(visit: Annotated[Visit, sent_file(*journey.roles)]) -> Response:
    """Hands the file on, and shows what it would change, or what to mend."""
    upload = upload_of(visit)
    try:
        answer = await _sent(visit, upload) if upload and upload.filename else FileSaid(refused=(CHOOSE,))
    except (Malformed, ClientDisconnect):
        return await _page(visit, [("file", NOT_WHOLE)])
    if answer.upload_id:
        return go(f"{journey.start}/{answer.upload_id}")
    if answer.columns:
        return _ask_columns(visit, answer.columns, list(answer.refused))
    return await _page(visit, [("file", sentence) for sentence in answer.refused])


async def _sent(visit: Visit, upload: Upload) -> FileSaid:
    """What is left of a file is read on, so that the browser hears."""
    try:
        return await SchoolRolls(visit.behalf).hand_on(upload.pieces())
    except Refused as refused:
        if refused.status == 413:
            return FileSaid(refused=("The file is too large. Export only the pupils on roll",))
        raise (HTTPException(404) if refused.status == 404 else refused) from None
    finally:
        await upload.drop()


def written(visit: Visit) -> Writing:
    """What an error page gives back."""
    why = visit.fields.get("reason", "")
    return Writing(here={"reason": why}) if why else Writing()


def _ask_columns(visit: Visit, columns: tuple[str, ...], why: list[str]) -> Response:
    faults: list[Fault] = [("given_name", sentence) for sentence in why]
    return visit.show(
        "school_roll/columns", "Which column is which?", columns=columns, faults=faults, values=visit.fields
    )


@router.post("/columns")
async def post_columns(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    """What was said of the columns is remembered for the school; the file itself was not kept, and is chosen again."""
    said = {field: visit.fields.get(field, "")[:COLUMN_MAX] for field in FIELDS if visit.fields.get(field)}
    columns = tuple(visit.fields.get("columns", "").split("\n")[:COLUMNS_MAX])
    absent = [field for field in NEEDED if field not in said]
    if absent and said:
        return _ask_columns(visit, columns, [f"Say which column is the {FIELDS[absent[0]].lower()}"])
    if len({*said.values()}) < len(said):
        return _ask_columns(visit, columns, ["One column cannot be two things. Choose a column for each"])
    await SchoolRolls(visit.behalf).say_columns(said)
    return go(journey.start)


@router.get("/{upload}")
async def get_preview(upload: str, visit: Annotated[Visit, signed_in(*journey.roles)]) -> Response:
    return await _preview(visit, _id(upload))


async def _preview(visit: Visit, id: UUID, faults: list[Fault] | None = None) -> Response:
    try:
        found = await SchoolRolls(visit.behalf).preview(id)
    except Refused as refused:
        raise (HTTPException(404) if refused.status == 404 else refused) from None
    return visit.show(
        "school_roll/preview", "What this file would change", found=found, faults=faults or [], values=visit.fields
    )


@router.post("/{upload}/take")
async def post_take(upload: str, visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    id, reason = _id(upload), visit.fields.get("reason", "").strip()
    if faults := too_long(visit.fields, REASON):
        return await _preview(visit, id, faults)
    try:
        await SchoolRolls(visit.behalf).take(id, reason or None)
    except Refused as refused:
        if refused.kind == "reason-needed":
            return await _preview(visit, id, [("reason", SAY_WHY)])
        return await _refused(visit, refused)
    return go(journey.start)


@router.post("/undo")
async def post_undo(visit: Annotated[Visit, sent(*journey.roles)]) -> Response:
    reason = visit.fields.get("reason", "").strip()
    if not reason:
        return await _page(visit, [("reason", SAY_WHY)])
    if faults := too_long(visit.fields, REASON):
        return await _page(visit, faults)
    try:
        await SchoolRolls(visit.behalf).undo(_id(visit.fields.get("upload", "")), reason)
    except Refused as refused:
        return await _refused(visit, refused)
    return go(journey.start)


async def _refused(visit: Visit, refused: Refused) -> Response:
    """Raises HTTPException for what is none of this school's uploads."""
    if refused.status == 404:
        raise HTTPException(404)
    if refused.kind not in ("roll-changed", "undo-too-late"):
        raise refused
    return await _page(visit, [("", CHANGED if refused.kind == "roll-changed" else TOO_LATE)])


def _id(text: str) -> UUID:
    """Raises HTTPException for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError:
        raise HTTPException(404) from None
