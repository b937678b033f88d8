"""Send a concern, an update or a request for early help: how a draft is begun, and its list of questions.

Every step is reached under the draft's opaque id, so that Back, reload, another tab and another machine find what was
written, and two tabs never mix two children; nothing about a child is ever in an address.
"""

from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter
from starlette.responses import Response

from services.gateway.calls.referrals.drafts import KeptDrafts
from services.gateway.frame.guards import sent, signed_in
from services.gateway.frame.visit import Visit, go
from services.gateway.journeys.concern import asking, gate, journey, pages, sending
from services.gateway.journeys.concern.handed import About
from services.gateway.journeys.concern.opening import colleagues, files_of, opened

router = APIRouter(prefix=journey.start, include_in_schema=False)

LIST = "Send a concern or update"

Reading = Annotated[Visit, signed_in(*journey.roles)]
Sending = Annotated[Visit, sent(*journey.roles)]


@router.post("")
async def post_start(visit: Sending) -> Response:
    """From an answer to the gate. Pressed twice it is one draft; after that was sent, another."""
    about = visit.forms.open(visit.holder, About, visit.fields.get("about", ""), visit.now)
    told = about.model_dump(mode="json", exclude={"key"})
    drafts = KeptDrafts(visit.behalf)
    draft = await drafts.begin(about.key, told)
    if draft.sent:
        draft = await drafts.begin(uuid4(), told)
    return go(pages.address(draft.draft_id, "danger"))


@router.get("/{draft_id}")
async def get_list(visit: Reading, draft_id: str) -> Response:
    """The questions, and which are answered."""
    draft = await opened(visit, draft_id)
    if isinstance(draft, Response):
        return draft
    if not pages.past_the_gate(draft):
        return go(gate.way_in(draft))
    others, files = await colleagues(visit, draft), await files_of(visit, draft)
    questions = list(pages.listed(draft))
    return visit.show("concern/list", LIST, draft=draft, questions=questions, colleagues=others, files=files)


router.include_router(gate.router)
router.include_router(sending.router)
router.include_router(asking.router)
