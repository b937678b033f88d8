"""Pairs of records over HTTP, for whoever decides about them. An answer is given only after its fact is committed."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from services.feed.chosen import named_by
from services.feed.deciding import commands
from services.feed.deciding.domain import Group, PairList, ShownPair, ShownRecord
from services.feed.linking.domain import Standing, Verdict
from services.feed.settings import Settings
from services.feed.source import row_key
from shared import upn
from shared.database.tx import Tx
from shared.typed import Upn
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

UPN_MAX, SEEN_MAX = 40, 64
ByOfficer = Annotated[Authenticated[Settings], guard("data_protection_officer")]


class PairTold(BaseModel):
    """Two records that may be of one child; not whose. `why`: what differs, in single words. `decided`: True, somebody
    said that they are of one child; False, of two; None: nobody said so of them as they are now."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    verdict: Verdict
    why: list[str]
    standing: Standing
    since: datetime
    decided: bool | None


class PairsTold(BaseModel):
    """At most 50; `more`: there are more. `counts`: how many there are of each group."""

    model_config = ConfigDict(from_attributes=True)

    pairs: list[PairTold]
    counts: dict[Group, int]
    more: bool


class RecordTold(BaseModel):
    """One side. `number`: its key in the source. Empty or None: it is not there, or cannot be read."""

    number: str
    given_name: str
    family_name: str
    born: date | None
    upns: list[str]


class ComparedTold(PairTold):
    """Both sides. `seen`: for a decision, which is refused when something of it is otherwise."""

    decided_at: datetime | None
    roll: RecordTold
    care: RecordTold
    seen: str


class ReadPairs(Body):
    """Which: a group; or, with a UPN, the pairs of whoever has it."""

    group: Group = "waiting"
    upn: Annotated[Upn, Field(max_length=UPN_MAX)] | None = None


class DecidePair(Body):
    """Whether they are of one child; None takes back what was said. `seen`: as the comparison gave it."""

    same: bool | None
    seen: Annotated[str, Field(max_length=SEEN_MAX)]


class PairDecided(BaseModel):
    """It is so now."""

    id: UUID


@router.post("/links/readings")
async def post_links_reading(ask: ReadPairs, asking: ByOfficer) -> PairsTold:
    """The pairs of a group, or of a UPN. The reading is recorded first."""
    if ask.upn and (fault := upn.fault(ask.upn)):
        raise malformed([("upn", fault)])
    async with asking.transaction() as tx:
        found = await _found(tx, asking, ask)
    return PairsTold.model_validate(found)


async def _found(tx: Tx, asking: Authenticated[Settings], ask: ReadPairs) -> PairList:
    if ask.upn:
        return await commands.find_links(tx, asking.caller, ask.upn)
    return await commands.list_links(tx, asking.caller, ask.group)


@router.get("/links/{pair_id}")
async def get_link(asking: ByOfficer, pair_id: UUID) -> ComparedTold:
    """Both records side by side. The reading is recorded first."""
    async with asking.transaction() as tx:
        shown = await commands.compare(tx, asking.caller, pair_id)
    return _told(shown)


@router.post("/links/{pair_id}/decision")
async def post_decision(asking: ByOfficer, pair_id: UUID, ask: DecidePair) -> PairDecided:
    """Say whether they are of one child. What schools are told changes in the same moment."""
    settings = asking.settings
    async with asking.transaction() as tx:
        await commands.decide(tx, named_by(settings), asking.caller, pair_id, ask.same, ask.seen)
    return PairDecided(id=pair_id)


def _told(shown: ShownPair) -> ComparedTold:
    listed = PairTold.model_validate(shown).model_dump()
    sides = {"roll": _record(shown.roll), "care": _record(shown.care)}
    return ComparedTold(**listed, **sides, decided_at=shown.decided_at, seen=shown.seen)


def _record(shown: ShownRecord) -> RecordTold:
    described = shown.described._asdict()
    return RecordTold(number=row_key(shown.key), **{**described, "upns": list(described["upns"])})
