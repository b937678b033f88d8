"""Lookup's front door: read the request, call one command, write the response."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, BeforeValidator, Field

from services.lookup.matching.domain import born_sought
from services.lookup.searching import commands
from services.lookup.searching.commands import Searched
from services.lookup.searching.domain import Question
from services.lookup.settings import Settings
from shared import typed
from shared.clock import today
from shared.contracts.lookup import Apart, Differs, Outcome, Purpose, ShownWorker
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard

router = APIRouter()

NAME_MAX = 100
UPN_TYPED_MAX = 40
REASON_MAX = 200


def _real(value: Any) -> Any:
    """Only a date as it is written: a bare number would be read as seconds since 1970."""
    if value is None:
        return None
    try:
        born_sought(value.strip() if isinstance(value, str) else "")
    except ValueError:
        raise ValueError("Date of birth must be a real date") from None
    return value.strip()


class SearchAsked(Body):
    """A UPN, or given name, family name and date of birth; and why.

    `born`: 2014-04-03, or 2014-04-XX or 2014-XX-03 where the day or the month is not known. `confirms`: the search that
    answered `close` to this question, when the person has said that this is the child.
    """

    upn: typed.Upn | None = Field(default=None, max_length=UPN_TYPED_MAX)
    given_name: typed.Line | None = Field(default=None, max_length=NAME_MAX)
    family_name: typed.Line | None = Field(default=None, max_length=NAME_MAX)
    born: Annotated[str | None, BeforeValidator(_real)] = None
    purpose: Purpose
    reason: typed.Line | None = Field(default=None, max_length=REASON_MAX)
    confirms: UUID | None = None

    def well_formed(self, today: date) -> commands.SearchChild:
        """What is asked, if it can be; raises RequestValidationError with what to mend."""
        born = born_sought(self.born) if self.born else None
        question = Question(self.upn or None, self.given_name or None, self.family_name or None, born)
        unsaid = self.purpose == "other" and not self.reason
        if faults := question.faults(today) + ([("reason", "Say why you are looking")] if unsaid else []):
            raise malformed(faults)
        reason = self.reason if self.purpose == "other" else None
        return commands.SearchChild(question, self.purpose, reason, self.confirms)


class FoundChildShown(BaseModel):
    child_id: UUID
    given_name: str
    family_name: str
    born: date


class FoundWorkerShown(BaseModel):
    """Not callable (no telephone, absent or left): the duty line serves."""

    name: str
    role: str
    lead: bool
    team: str | None
    phone: str | None
    email: str | None
    duty_phone: str | None
    duty_hours: str | None
    callable: bool


class DutyShown(BaseModel):
    team: str
    phone: str
    hours: str
    out_of_hours_phone: str | None


class AnswerShown(BaseModel):
    """Of one shape whatever the outcome: `child` for found, no_open_case and close, `workers` and `duty` for found.

    `differs`: in what the child is not as it was typed. `tells_apart`, for narrow: what to add or to check.
    """

    outcome: Outcome
    search_id: UUID
    as_of: datetime | None
    child: FoundChildShown | None
    workers: list[FoundWorkerShown]
    duty: DutyShown | None
    differs: list[Differs]
    tells_apart: list[Apart]


def _answer_shown(searched: Searched) -> AnswerShown:
    answer = searched.answer
    return AnswerShown(
        outcome=answer.outcome,
        search_id=searched.search_id,
        as_of=answer.as_of,
        child=FoundChildShown.model_validate(answer.child, from_attributes=True) if answer.child else None,
        workers=[_worker_shown(worker) for worker in answer.workers],
        duty=DutyShown.model_validate(answer.duty, from_attributes=True) if answer.duty else None,
        differs=list(answer.differs),
        tells_apart=list(answer.tells_apart),
    )


def _worker_shown(worker: ShownWorker) -> FoundWorkerShown:
    return FoundWorkerShown(**worker.model_dump(exclude={"worker_id"}), callable=worker.phone is not None)


@router.post("/searches")
async def post_search(
    asked: SearchAsked, asking: Annotated[Authenticated[Settings], guard("lead", "headteacher")]
) -> AnswerShown:
    """Ask whether a child on the acting school's roll has a worker. Recorded, whatever the answer."""
    ask = asked.well_formed(today(datetime.now(UTC)))
    async with asking.transaction() as tx:
        searched = await commands.search_child(tx, asking.caller, ask, asking.settings.freshness_limit)
    # A crash here: the record says that an answer was given which nobody saw. The other way round cannot happen.
    return _answer_shown(searched)
