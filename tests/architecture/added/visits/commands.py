"""What people ask of visits."""

from __future__ import annotations

from uuid import UUID, uuid4

from services.visits import store
from shared.contracts.visits import VisitNoted
from shared.database.tx import Tx
from shared.web.tokens import Caller


async def note_visit(tx: Tx, caller: Caller, child_id: UUID) -> None:
    """Keep that the child was visited, and say so."""
    visit_id = uuid4()
    await store.put_visit(tx, visit_id, child_id)
    await tx.emit(VisitNoted(**caller.indexed(), visit_id=visit_id, children=(child_id,), outcome="noted"))
