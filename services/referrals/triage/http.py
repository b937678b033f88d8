"""Triage, over HTTP: read the request, call one command, write the response."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from services.referrals.references import Reference
from services.referrals.settings import Settings
from services.referrals.triage import commands
from services.referrals.triage.commands import OnReferral
from services.referrals.triage.domain import TOLD_TO_SCHOOL, ActRefused
from shared.contracts.referrals import Decision
from shared.contracts.referrals.answers import Act, Done, Standing
from shared.contracts.referrals.lists import OfficersNamed
from shared.database.tx import Tx
from shared.typed import Text
from shared.web.body import Body, malformed
from shared.web.guard import Authenticated, guard
from shared.web.problems import Problem, answer, problem_of

router = APIRouter()

QUESTION_MAX = 2000
SCHOOL_WORDS_MAX = 2000
REASON_MAX = 4000

Officers = Annotated[Authenticated[Settings], guard("triage_officer")]
Doing = Callable[[Tx], Awaitable[None]]


@router.get("/officers")
async def get_officers(asking: Officers) -> OfficersNamed:
    """To whom a referral may be given: whoever may act as a triage officer now."""
    async with asking.transaction() as tx:
        found = await commands.read_officers(tx)
    return OfficersNamed(officers=tuple(found))


class Acts(Body):
    """An act on a referral as a page showed it: `version` is that of its handling there."""

    version: int = Field(ge=0, lt=2**31)


class GiveTo(Acts):
    to: UUID


class AskSchool(Acts):
    """`question`: what the school reads."""

    question: Text = Field(max_length=QUESTION_MAX)


class Decide(Acts):
    """`for_school`: what the school reads. `for_council`: the reasons, which only the council reads."""

    decision: Decision
    for_school: Text | None = Field(default=None, max_length=SCHOOL_WORDS_MAX)
    for_council: Text = Field(max_length=REASON_MAX)

    def mend(self) -> None:
        """Raises what is to be mended: 422."""
        told = self.decision not in TOLD_TO_SCHOOL or bool(self.for_school)
        faults = [] if self.for_council else [("for_council", "Enter why you decide this")]
        faults += [] if told else [("for_school", "Enter your advice to the school")]
        if faults:
            raise malformed(faults)


class LastAct(BaseModel):
    act: Act
    at: datetime
    by: UUID | None
    by_name: str | None
    decision: Decision | None


class ActProblem(Problem):
    """Why an act was refused, and how the referral stands now: `last` is what was done last, and by whom."""

    version: int | None = None
    standing: Standing | None = None
    taken_by: UUID | None = None
    last: LastAct | None = None


CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ActProblem, "description": "Somebody was first."}}


async def _acted(request: Request, asking: Authenticated[Settings], reference: str, act: Doing) -> Any:
    """Do it in one transaction. A refusal is told with what was done last."""
    try:
        async with asking.transaction() as tx:
            await act(tx)
    except ActRefused as no:
        return _told(request, no)
    return Done(reference=reference)


def _told(request: Request, no: ActRefused) -> JSONResponse:
    problem = problem_of(no, {ActRefused: 422 if no.outcome == "not_an_officer" else 409})
    last = {name: getattr(no.last, name) for name in LastAct.model_fields} if no.last else None
    stands = no.now
    now = {"version": stands.version, "standing": stands.standing, "taken_by": stands.taken_by} if stands else {}
    return answer(request, ActProblem.model_validate({**problem.model_dump(), **now, "last": last}))


@router.post("/referrals/{reference}/taking", response_model=Done, responses=CONFLICT)
async def post_taking(asking: Officers, reference: Reference, asked: Acts, request: Request) -> Any:
    """Take a referral, to decide about it."""
    on = OnReferral(reference, asked.version)
    return await _acted(request, asking, reference, lambda tx: commands.take(tx, asking.caller, on))


@router.post("/referrals/{reference}/giving-back", response_model=Done, responses=CONFLICT)
async def post_giving_back(asking: Officers, reference: Reference, asked: Acts, request: Request) -> Any:
    """Give back a referral that the caller has."""
    on = OnReferral(reference, asked.version)
    return await _acted(request, asking, reference, lambda tx: commands.give_back(tx, asking.caller, on))


@router.post("/referrals/{reference}/reassigning", response_model=Done, responses=CONFLICT)
async def post_reassigning(asking: Officers, reference: Reference, asked: GiveTo, request: Request) -> Any:
    """Give a referral to an officer, whoever has it."""
    on = OnReferral(reference, asked.version)
    return await _acted(request, asking, reference, lambda tx: commands.reassign(tx, asking.caller, on, asked.to))


@router.post("/referrals/{reference}/acknowledging", response_model=Done, responses=CONFLICT)
async def post_acknowledging(asking: Officers, reference: Reference, asked: Acts, request: Request) -> Any:
    """Tell the school that the council has it."""
    on = OnReferral(reference, asked.version)
    return await _acted(request, asking, reference, lambda tx: commands.acknowledge(tx, asking.caller, on))


@router.post("/referrals/{reference}/question", response_model=Done, responses=CONFLICT)
async def post_question(asking: Officers, reference: Reference, asked: AskSchool, request: Request) -> Any:
    """Ask the school for more."""
    if not asked.question:
        raise malformed([("question", "Enter what you need to know")])
    on = OnReferral(reference, asked.version)
    return await _acted(
        request, asking, reference, lambda tx: commands.ask_school(tx, asking.caller, on, asked.question)
    )


@router.post("/referrals/{reference}/decision", response_model=Done, responses=CONFLICT)
async def post_decision(asking: Officers, reference: Reference, asked: Decide, request: Request) -> Any:
    """Decide what becomes of it, once."""
    asked.mend()
    on, words = OnReferral(reference, asked.version), (asked.for_school or None, asked.for_council)
    return await _acted(
        request, asking, reference, lambda tx: commands.decide(tx, asking.caller, on, asked.decision, *words)
    )
