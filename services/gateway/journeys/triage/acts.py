"""What an officer does with a referral: each act a form of its own, and what is shown when somebody else was first."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from services.gateway.calls.http import Refused
from services.gateway.calls.referrals import OpenedReferral, triage
from services.gateway.calls.referrals.triage import Triage
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.triage import journey, words
from services.gateway.journeys.triage.typed import (
    OfficersPage,
    mend_decision,
    mend_question,
    queue_address,
    reference_of,
    version_of,
    words_of,
)
from services.gateway.words import Fault
from shared.contracts.referrals.answers import AttachedFiles

router = APIRouter(prefix="/referral/{reference}", include_in_schema=False)

TITLE_SHOWN, TITLE_GIVE = "Referral", "Give this referral to an officer"
TITLE_QUESTION, TITLE_DECISION = "Ask the school for more", "Decide about this referral"
UNREADABLE = "This could not be done. Check what you typed"

Officer = Annotated[Visit, signed_in(*journey.roles)]
Sent = Annotated[Visit, sent(*journey.roles)]
Act = Callable[[Triage, str, int], Awaitable[None]]


def shown(
    visit: Visit, referral: OpenedReferral, faults: list[Fault] | None = None, status: int = 200,
    files: AttachedFiles | None = None,
) -> Response:  # fmt: skip
    """The referral as it stands now; with `faults`, and the words that could not be sent, if something was not done.

    `files` None: which were sent with it is a page of their own.
    """
    typed = words_of(visit.fields) if faults else {}
    context = {"referral": referral, "urgent": words.urgent(referral), "faults": faults or [], "typed": typed}
    return visit.show("triage/shown", TITLE_SHOWN, status, files=files, **context)


@router.post("/taking")
async def post_taking(visit: Sent, reference: str) -> Response:
    return await _press(visit, reference, Triage.take)


@router.post("/giving-back")
async def post_giving_back(visit: Sent, reference: str) -> Response:
    return await _press(visit, reference, Triage.give_back)


@router.post("/acknowledging")
async def post_acknowledging(visit: Sent, reference: str) -> Response:
    """One press, from the queue or the referral's own page, and back to where it was pressed."""
    return await _press(visit, reference, Triage.acknowledge)


async def _press(visit: Visit, reference: str, act: Act) -> Response:
    tidy, version = _address(reference), version_of(visit.fields)
    try:
        await act(Triage(visit.behalf), tidy, version)
    except Refused as refused:
        return await _refused(visit, tidy, refused)
    if "queue" in visit.fields:
        return go(queue_address(visit.fields["queue"], done=tidy))
    return go(f"/referral/{tidy}")


def _address(reference: str) -> str:
    """As it may stand in an address. Raises HTTPException (404)."""
    tidy, faults = reference_of(reference)
    if faults:
        raise HTTPException(404)
    return tidy


async def _open(visit: Visit, reference: str) -> OpenedReferral:
    """As it stands now. Raises HTTPException (404): there is none, or that is no reference."""
    try:
        return await Triage(visit.behalf).open(reference)
    except Refused as refused:
        raise HTTPException(404) if refused.status in (404, 422) else refused from refused


async def _refused(visit: Visit, reference: str, refused: Refused) -> Response:
    """Somebody was first: the referral as it stands now, and what they did."""
    referral = await _open(visit, reference)
    if refused.kind != "act-refused":
        raise refused
    return shown(visit, referral, [("", words.conflict(referral, version_of(visit.fields), visit.now))], 409)


@router.get("/reassigning")
async def get_reassigning(visit: Officer, reference: str) -> Response:
    return await _reassigning(visit, reference)


@router.post("/reassigning")
async def post_reassigning(visit: Sent, reference: str) -> Response:
    tidy, version = _address(reference), version_of(visit.fields)
    try:
        to = UUID(visit.fields.get("to", ""))
    except ValueError:
        return await _reassigning(visit, tidy, [("to", "Choose an officer")])
    try:
        await Triage(visit.behalf).reassign(tidy, version, to)
    except Refused as refused:
        if (refused.kind, refused.status) == ("act-refused", 422):
            return await _reassigning(visit, tidy, [("to", "Choose an officer who can still act")])
        return await _refused(visit, tidy, refused)
    return go(f"/referral/{tidy}")


async def _reassigning(visit: Visit, reference: str, faults: list[Fault] | None = None) -> Response:
    officers = await Triage(visit.behalf).officers()
    return await _form(visit, reference, ("triage/reassign", TITLE_GIVE), faults, officers=officers)


@router.get("/question")
async def get_question(visit: Officer, reference: str) -> Response:
    return await _form(visit, reference, ("triage/question", TITLE_QUESTION))


@router.post("/question")
async def post_question(visit: Sent, reference: str) -> Response:
    tidy, version, written = _address(reference), version_of(visit.fields), words_of(visit.fields)
    page = ("triage/question", TITLE_QUESTION)
    if faults := mend_question(written, visit.left_out):
        return await _form(visit, tidy, page, faults)
    try:
        await Triage(visit.behalf).ask_school(tidy, version, written["question"])
    except Refused as refused:
        return await _again(visit, tidy, page, refused)
    return go(f"/referral/{tidy}")


@router.get("/decision")
async def get_decision(visit: Officer, reference: str) -> Response:
    return await _form(visit, reference, ("triage/decision", TITLE_DECISION))


@router.post("/decision")
async def post_decision(visit: Sent, reference: str) -> Response:
    tidy, version, written = _address(reference), version_of(visit.fields), words_of(visit.fields)
    decision, page = visit.fields.get("decision", ""), ("triage/decision", TITLE_DECISION)
    if faults := mend_decision(decision, written, visit.left_out):
        return await _form(visit, tidy, page, faults)
    said = written.get("for_school"), written["for_council"]
    try:
        await Triage(visit.behalf).decide(tidy, version, decision, *said)
    except Refused as refused:
        return await _again(visit, tidy, page, refused)
    return go(f"/referral/{tidy}")


async def _again(visit: Visit, reference: str, page: tuple[str, str], refused: Refused) -> Response:
    """The words back: in the form while they may still be sent, else beside what the referral has become."""
    if refused.kind == "malformed":
        faults = [(where.removeprefix("/"), why) for where, why in refused.errors] or [("", UNREADABLE)]
        return await _form(visit, reference, page, faults)
    referral = await _open(visit, reference)
    if refused.kind != "act-refused":
        raise refused
    faults = [("", words.conflict(referral, version_of(visit.fields), visit.now))]
    if _still_theirs(visit, referral):
        return _show_form(visit, referral, page, faults, 409)
    return shown(visit, referral, faults, 409)


def _still_theirs(visit: Visit, referral: OpenedReferral) -> bool:
    handled = referral.handling
    return bool(handled and not handled.decided_at and handled.taken_by in (None, visit.holder.account))


async def _form(
    visit: Visit, reference: str, page: tuple[str, str], faults: list[Fault] | None = None, **context: Any
) -> Response:
    """The form of an act. With `faults` it is sent for the version that the officer saw first: what somebody did since
    is told when it is sent."""
    referral = await _open(visit, _address(reference))
    seen = {"version": visit.fields["version"]} if faults else {}
    return _show_form(visit, referral, page, faults or [], 422 if faults else 200, **seen, **context)


def _show_form(
    visit: Visit, referral: OpenedReferral, page: tuple[str, str], faults: list[Fault], status: int, **context: Any
) -> Response:
    template, title = page
    whose = visit.forms.seal(visit.holder, OfficersPage(reference=referral.reference), visit.now)
    version = referral.handling.version if referral.handling else 0
    known = {"referral": referral, "version": version, "whose": whose, "bounds": triage}
    return visit.show(template, title, status, **{**known, "faults": faults, "values": visit.fields, **context})
