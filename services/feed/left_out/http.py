"""The list of what cannot be used, over HTTP. It is given only after the reading is committed."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.feed.chosen import named_by
from services.feed.left_out import commands
from services.feed.settings import Settings
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()

TABLE_MAX, PLACE_MAX = 100, 2000
ByOfficer = Annotated[Authenticated[Settings], guard("data_protection_officer")]


class CellTold(BaseModel):
    """A cell of the source that cannot be used. `key` None: the source does not send this column at all. `why`: one
    word. `since` None: not known."""

    model_config = ConfigDict(from_attributes=True)

    table: str
    key: str | None
    column: str
    why: str
    since: datetime | None


class LeftOutPage(BaseModel):
    """Some of them, by table and key. `counts`: how many there are of every table. `next`: for `after`."""

    model_config = ConfigDict(from_attributes=True)

    cells: list[CellTold]
    counts: dict[str, int]
    next: str | None


class ReadLeftOut(Body):
    """Which: of one table or of all; `after` is the `next` of an earlier page."""

    table: Annotated[str, Field(max_length=TABLE_MAX)] | None = None
    after: Annotated[str, Field(max_length=PLACE_MAX)] | None = None


@router.post("/left-out/readings")
async def post_left_out_reading(ask: ReadLeftOut, asking: ByOfficer) -> LeftOutPage:
    """What of the source cannot be used, 50 a page; never what a cell holds. The reading is recorded first."""
    async with asking.transaction() as tx:
        page = await commands.read_left_out(tx, named_by(asking.settings), asking.caller, ask.table, ask.after)
    return LeftOutPage.model_validate(page)
