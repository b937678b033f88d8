"""Access ends within seconds, however much else there is to follow."""

from __future__ import annotations

import asyncio
import time
from datetime import date
from uuid import uuid4

import pytest

from deploy.demo import council
from shared.bus import Record
from shared.contracts import Meta
from shared.contracts.feed import Child
from shared.kafka import KafkaBus
from tests.support.people import Person, Portal
from tests.support.portal import operator

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FOUND = next(case for case in council.cases() if case.shows == "found")
BACKLOG = 100_000
AT_ONCE = 5_000
WITHIN_S = 5.0


def children(count: int) -> list[Record]:
    """States of children that nobody knows, as the feed would say them."""
    return [child_record(Child(child_id=uuid4(), revision=1, upn=None, given_name="Backlog", family_name="Backlog",
                               born=date(2015, 1, 1))) for _ in range(count)]  # fmt: skip


def child_record(child: Child) -> Record:
    from datetime import UTC, datetime

    meta = Meta(id=uuid4(), type=Child.type, source="feed", time=datetime.now(UTC), correlation=uuid4(), actor="feed")
    return Record(Child.topic, child.key.encode(), child.model_dump_json().encode(), tuple(meta.to_headers().items()))


async def add_backlog(portal: Portal) -> None:
    bus = KafkaBus(operator(portal.home), "test-backlog")
    try:
        for _ in range(BACKLOG // AT_ONCE):
            await bus.append(children(AT_ONCE))
    finally:
        await bus.stop()


async def backlog(portal: Portal) -> int:
    bus = KafkaBus(operator(portal.home), "test-looks")
    try:
        ends = await bus.ends([Child.topic])
        done = await bus.committed("lookup.states", [Child.topic])
        return sum(end - done.get(place, 0) for place, end in ends.items())
    finally:
        await bus.stop()


async def allowed_until(lead: Person, ended_at: float) -> float:
    """Search on and on; how long after the end the last search was still allowed, in seconds."""
    last = 0.0
    while time.monotonic() - ended_at < WITHIN_S + 2:
        began = time.monotonic()
        if (await lead.search(FOUND.upn)).status_code == 200:
            last = began - ended_at
    return last


@pytest.mark.parametrize("end", ["sign out", "disable"])
async def test_no_search_is_allowed_five_seconds_after_access_ended(portal: Portal, end: str):
    lead = await portal.person("lead", number=1)
    assert (await lead.search(FOUND.upn)).status_code == 200  # with a token that stays good for minutes
    adding = asyncio.create_task(add_backlog(portal))
    await adding
    assert await backlog(portal) > 0
    ended_at = await (signed_out if end == "sign out" else disabled)(portal, lead)
    assert await allowed_until(lead, ended_at) < WITHIN_S
    refused = await lead.search(FOUND.upn)
    assert (refused.status_code, refused.json()["type"]) == (401, "/problems/access-ended")


async def signed_out(portal: Portal, lead: Person) -> float:
    answer = await portal.client.delete(f"{portal.places['identity']}/session", headers=lead.bearer)
    assert answer.status_code == 204
    return time.monotonic()


async def disabled(portal: Portal, lead: Person) -> float:
    operator = await portal.person("operator")
    who = await portal.client.get(f"{portal.places['identity']}/session", headers=lead.bearer)
    answer = await operator.ask("identity", f"/accounts/{who.json()['account_id']}/disabling", {})
    assert answer.status_code == 204
    return time.monotonic()
