"""The list of a roll's children with an allocated worker, over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.lookup.rolls import commands
from services.lookup.rolls.domain import ListAsked
from services.lookup.settings import Settings
from shared import typed
from shared.contracts.lookup import Purpose
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

LIST_REASON_MAX = 200
AFTER_MAX = 4096
"""Two names as long as any source's, folded, and an id."""


class RollListAsked(Body):
    """Why it is asked for; `after`: the `next` of the page before, as it came."""

    purpose: Purpose
    reason: typed.Line | None = Field(default=None, max_length=LIST_REASON_MAX)
    after: str = Field(default="", max_length=AFTER_MAX)

    def well_formed(self) -> ListAsked:
        """Raises RequestValidationError with what to mend."""
        if self.purpose != "other":
            return ListAsked(self.purpose, None, self.after)
        if not self.reason:
            raise malformed([("reason", "Say why you are looking")])
        return ListAsked(self.purpose, self.reason, self.after)


class ListedChildShown(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    child_id: UUID
    given_name: str
    family_name: str
    born: date


class RollListShown(BaseModel):
    """A page of it. `current` False: nothing is told, for the records are not complete up to now. `next` null: there
    are no more."""

    model_config = ConfigDict(from_attributes=True)

    reading_id: UUID
    as_of: datetime | None
    current: bool
    children: list[ListedChildShown]
    next: str | None


@router.post("/roll-lists")
async def post_roll_list(
    asked: RollListAsked, asking: Annotated[Authenticated[Settings], guard("lead", "headteacher")]
) -> RollListShown:
    """Ask which children of the acting school's roll have an allocated worker. Recorded, page by page."""
    ask = asked.well_formed()
    async with asking.transaction() as tx:
        found = await commands.list_roll(tx, asking.caller, ask, asking.settings.freshness_limit)
    return RollListShown.model_validate(found)
