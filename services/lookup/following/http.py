"""Changes since somebody looked, over HTTP."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from services.lookup.following import commands
from services.lookup.following.domain import Changed, Changes
from services.lookup.settings import Settings
from shared.contracts.lookup import WorkerChange
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()


class ChangesAsked(Body):
    """`untold`: only those that the caller was not told of before."""

    untold: bool = False


class ChangeShown(BaseModel):
    """A child whose workers are not those whom the caller was shown, `looked_at` then."""

    child_id: UUID
    given_name: str
    family_name: str
    born: date
    looked_at: datetime
    change: WorkerChange


class ChangesAnswer(BaseModel):
    """`current` False: nothing is told, for the records are not complete up to now. `more`: others are told next."""

    reading_id: UUID
    as_of: datetime | None
    current: bool
    changes: list[ChangeShown]
    more: bool


@router.post("/changes")
async def post_changes(
    asked: ChangesAsked, asking: Annotated[Authenticated[Settings], guard("lead", "headteacher")]
) -> ChangesAnswer:
    """Ask which of the children that one has searched for have other workers now. Recorded, whatever the answer."""
    async with asking.transaction() as tx:
        found = await commands.read_changes(tx, asking.caller, asked.untold, asking.settings.freshness_limit)
    return _answer(found)


def _answer(found: Changes) -> ChangesAnswer:
    changes = [_shown(one) for one in found.changed]
    return ChangesAnswer(
        reading_id=found.reading_id, as_of=found.as_of, current=found.current, changes=changes, more=found.more
    )


def _shown(one: Changed) -> ChangeShown:
    child = one.child
    return ChangeShown(
        child_id=child.child_id, given_name=child.given_name, family_name=child.family_name, born=child.born,
        looked_at=one.looked_at, change=one.change,
    )  # fmt: skip
