"""What is asked of visits over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.visits import commands
from services.visits.settings import Settings
from shared.web.body import Body
from shared.web.guard import Authenticated, guard

router = APIRouter()


class Visited(Body):
    """Whom a worker saw."""

    child_id: UUID


@router.post("/visits", status_code=204)
async def post_visit(visited: Visited, asking: Annotated[Authenticated[Settings], guard("triage_officer")]) -> None:
    """Note that a child was visited. Recorded."""
    async with asking.transaction() as tx:
        await commands.note_visit(tx, asking.caller, visited.child_id)
