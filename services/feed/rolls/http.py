"""A school's roll over HTTP. A file is read as it comes, in memory, and is never kept."""

import asyncio
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from services.feed.chosen import named_by
from services.feed.roll_files.gathering import Field as RollField
from services.feed.roll_files.reading import FILE_MAX_BYTES, TOO_LARGE, read_roll
from services.feed.roll_files.roll import ColumnsUnknown, ReadRoll, RollRefused
from services.feed.rolls import commands
from services.feed.rolls.domain import UNDO_FOR
from services.feed.rolls.store import KeptUpload, RollSchool
from services.feed.settings import Settings
from shared.clock import today
from shared.typed import Line
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

COLUMN_MAX, REASON_MAX = 200, 500
BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
FILE_API: dict[str, Any] = {"requestBody": {"required": True, "content": BYTES}}
Keeper = Annotated[Authenticated[Settings], guard("account_administrator", "headteacher")]
"""Who answers for the school's roll. Whoever only asks about children (a lead) does not decide who is on it."""


class RollPerson(BaseModel):
    """A child in a preview. `born` None: no date that can be read. `what`: what the file says otherwise."""

    given_name: str
    family_name: str
    born: date | None
    what: list[str] = []


class RollPreview(BaseModel):
    """What an upload would change. `held`: why it needs a second press and a reason; None: it does not. Of each list
    the first 300; `counts` has how many there are."""

    upload_id: UUID
    sentences: list[str]
    counts: dict[str, int]
    joins: list[RollPerson]
    leaves: list[RollPerson]
    changes: list[RollPerson]
    differs: list[RollPerson]
    faults: list[str]
    held: str | None
    school: str | None
    number: str | None


class FileAnswer(BaseModel):
    """`upload_id`: what would change can be read under it. None: the file was refused, and `refused` says why; with
    `columns` it is a table of which it is not known what its columns hold."""

    upload_id: UUID | None = None
    refused: list[str] = []
    columns: list[str] = []


class UploadTold(BaseModel):
    """An upload that was taken, or waits. `undo_until`: it is in use, and until then it can be undone."""

    upload_id: UUID
    state: str
    format: str
    at: datetime
    taken_at: datetime | None
    counts: dict[str, int]
    undo_until: datetime | None


class RollStanding(BaseModel):
    """How the school's roll stands. `takes`: whether this council takes uploads at all. `in_use`: the upload that is
    the roll; None: the council's own is. `columns`: as somebody at the school said them."""

    takes: bool
    in_use: UUID | None = None
    number: str | None = None
    columns: dict[str, str] = {}
    uploads: list[UploadTold] = []


class TakeRoll(Body):
    """`reason`: needed where too many would leave."""

    reason: Annotated[Line, Field(max_length=REASON_MAX)] | None = None


class UndoRoll(Body):
    reason: Annotated[Line, Field(min_length=1, max_length=REASON_MAX)]


class SayColumns(Body):
    """Which column holds what, by its name in the file. None at all: what was said is forgotten."""

    columns: dict[RollField, Annotated[Line, Field(min_length=1, max_length=COLUMN_MAX)]]


@router.post("/rolls/readings")
async def post_reading(asking: Keeper) -> RollStanding:
    """How the school's roll stands. The reading is recorded."""
    if named_by(asking.settings).source.uploads is None:
        return RollStanding(takes=False)
    async with asking.transaction() as tx:
        school, uploads = await commands.standing(tx, asking.caller)
    return _standing(school, uploads)


def _standing(school: RollSchool, uploads: list[KeptUpload]) -> RollStanding:
    told = [
        UploadTold(
            upload_id=one.id, state=one.state, format=one.format, at=one.at, taken_at=one.taken_at,
            counts=dict(one.counts),
            undo_until=one.taken_at + UNDO_FOR if one.taken_at and one.id == school.upload else None,
        )
        for one in uploads
    ]  # fmt: skip
    columns = dict(school.columns or {})
    return RollStanding(takes=True, in_use=school.upload, number=school.number, columns=columns, uploads=told)


@router.post("/rolls/files", openapi_extra=FILE_API)
async def post_file(request: Request, asking: Keeper) -> FileAnswer:
    """The bytes of a roll file, as they are. It is read, compared and let go; nothing has changed by it."""
    chosen, settings = named_by(asking.settings), asking.settings
    commands.uploads_of(chosen)
    async with asking.transaction() as tx:
        columns = await commands.known_columns(tx, asking.caller)
        day = today(tx.now)
    try:
        read = await _read(request, partial(read_roll, today=day, known=_fields(columns)))
    except RollRefused as refused:
        unknown = refused.columns if isinstance(refused, ColumnsUnknown) else ()
        async with asking.transaction() as tx:
            await commands.refuse(tx, asking.caller)
        return FileAnswer(refused=list(refused.sentences), columns=list(unknown))
    async with asking.transaction() as tx:
        found = await commands.preview(tx, chosen, asking.caller, read, settings.roll_drop_share)
    return FileAnswer(upload_id=found.id) if isinstance(found, KeptUpload) else FileAnswer(refused=found)


async def _read(request: Request, read: Any) -> ReadRoll:
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > FILE_MAX_BYTES:
            raise RollRefused(TOO_LARGE)
    found: ReadRoll = await asyncio.to_thread(read, bytes(raw))
    return found


def _fields(columns: Any) -> dict[RollField, str] | None:
    return {field: columns[field] for field in get_args(RollField) if field in columns} if columns else None


@router.post("/rolls/columns", status_code=204)
async def post_columns(said: SayColumns, asking: Keeper) -> None:
    """Which column of the school's own tables holds what; it is remembered for the school."""
    if said.columns and not {"given_name", "family_name", "born"} <= said.columns.keys():
        raise malformed([("columns", "Say which columns are the first name, the last name and the date of birth")])
    async with asking.transaction() as tx:
        await commands.say_columns(tx, asking.caller, {str(field): name for field, name in said.columns.items()})


@router.post("/rolls/uploads/{upload_id}/readings")
async def post_upload_reading(upload_id: UUID, asking: Keeper) -> RollPreview:
    """What an upload would change, with names. The reading is recorded."""
    async with asking.transaction() as tx:
        found = await commands.shown(tx, asking.caller, upload_id)
    return RollPreview(upload_id=found.id, counts=dict(found.counts), held=found.held, **(found.preview or {}))


@router.post("/rolls/uploads/{upload_id}/taking", status_code=204)
async def post_taking(upload_id: UUID, said: TakeRoll, asking: Keeper) -> None:
    """It becomes the school's roll."""
    async with asking.transaction() as tx:
        await commands.take(tx, named_by(asking.settings), asking.caller, upload_id, said.reason or None)


@router.post("/rolls/uploads/{upload_id}/undoing", status_code=204)
async def post_undoing(upload_id: UUID, said: UndoRoll, asking: Keeper) -> None:
    """The roll is what it was before this upload."""
    async with asking.transaction() as tx:
        await commands.undo(tx, named_by(asking.settings), asking.caller, upload_id, said.reason)
