"""A visit is kept and recorded, on a database that only the new service's own roles enter."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import uuid4

from services.visits.app import service
from services.visits.settings import Settings
from tests.support.databases import Clone
from tests.support.web import caller, web


async def test_a_visit_is_noted_and_emitted(database: Callable[..., Awaitable[Clone]]) -> None:
    clone = await database("visits")
    asked = web(service, Settings(), clone.db)
    assert (await asked.post("/visits", {"child_id": str(uuid4())}, caller("triage_officer"))).status_code == 204
    assert (await asked.post("/visits", {"child_id": str(uuid4())}, caller("lead"))).status_code == 403
    assert await clone.value("SELECT count(*) FROM visit") == await clone.value("SELECT count(*) FROM outbox") == 1
