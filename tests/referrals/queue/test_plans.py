"""However many referrals there are, a page of the queue is a short walk: PostgreSQL's own account of what it read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.referrals.queue import store
from services.referrals.queue.commands import AHEAD, HIGHEST, PAGE
from services.referrals.queue.domain import Mark, QueueFilter
from shared.clock import today
from tests.referrals.world import Referrals

COUNT = 12_000
FILL = f"""
    INSERT INTO referral (referral_id, reference, made_by, idempotency_key, body_sha256, child_id, school, made_at,
                          due_at, gate, kind, concern, done_so_far, parents_know, contact, urgency)
    SELECT lpad(n::text, 32, '0')::uuid,
           translate(lpad(n::text, 6, '0'), '0123456789', 'ABCDEFGHJK'), uuidv7(), uuidv7(), 'x',
           lpad((n % 1000)::text, 32, '0')::uuid, (999000 + n % 40)::text, now() - n * interval '1 minute',
           now() + (1000 - n % 2000) * interval '1 minute', 'not_urgent', 'concern', '', '', true, '',
           (ARRAY['immediate', 'significant', 'urgent', 'not_urgent'])[1 + n % 4]
      FROM generate_series(1, {COUNT}) AS n;
    UPDATE handling SET version = 1, decided_by = uuidv7(), decided_at = now() - interval '1 minute' * random() * 1e6,
           decision = 'early_help', acknowledged_by = uuidv7(), acknowledged_at = now(),
           taken_by = lpad((right(referral_id::text, 6)::int % 20)::text, 32, '0')::uuid, taken_at = now(),
           team_id = CASE WHEN random() < .5 THEN lpad((right(referral_id::text, 6)::int % 9)::text, 32, '0')::uuid END
     WHERE right(referral_id::text, 6)::int % 4 = 0;
    UPDATE handling SET acknowledged_by = uuidv7(), acknowledged_at = now()
     WHERE decided_at IS NULL AND right(referral_id::text, 6)::int % 4 = 1;
"""
REFERENCE = "ALTER TABLE referral DROP CONSTRAINT referral_reference_check"
"""References of a plan's rows are numbered: nobody types them."""
ASKS = {
    "everything": QueueFilter(),
    "overdue": QueueFilter(standing="overdue"),
    "sent": QueueFilter(standing="sent"),
    "received": QueueFilter(standing="received"),
    "one urgency": QueueFilter(urgency=3),
    "decided": QueueFilter(standing="decided"),
    "decided, of a school": QueueFilter(standing="decided", school="999004"),
    "decided, of an officer": QueueFilter(standing="decided", holder=UUID(int=4)),
    "decided, of a team": QueueFilter(standing="decided", team=UUID(int=4)),
    "decided, of the front door": QueueFilter(standing="decided", team="front_door"),
}


@pytest.fixture(autouse=True)
async def filled(referrals: Referrals) -> None:
    await referrals.clone.execute(REFERENCE)
    await referrals.clone.execute(FILL)
    for table in ("referral", "handling"):  # as autovacuum leaves them: what was changed is read once, not twice
        await referrals.clone.execute(f"VACUUM ANALYZE {table}")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def touched(referrals: Referrals, wanted: QueueFilter, first: Mark) -> int:
    """How many rows of referrals and of how they stand were read for one page."""
    args: list[object] = []
    sql = store.page(wanted, first, today(first.asked_at), PAGE + 1, args)
    async with referrals.transaction() as tx:
        plan = await tx.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", *args)
    scans = [n for n in nodes(json.loads(plan)[0]["Plan"]) if n.get("Relation Name") in ("handling", "referral")]
    return sum(int((n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"]) for n in scans)


async def test_no_page_reads_much_more_than_itself(referrals: Referrals) -> None:
    """Each of the four parts a page, and each line of the page once more in two tables."""
    most = 6 * (PAGE + 1)
    now = datetime.now(UTC)
    marks = {
        "the first page": Mark(now, None, 0, now + AHEAD, HIGHEST),
        "a later page": Mark(now, "overdue", 2, now - timedelta(minutes=500), UUID(int=0)),
        "one of the last": Mark(now, "received", 3, now, UUID(int=0)),
    }
    for name, wanted in ASKS.items():
        for where, mark in marks.items():
            if wanted.standing != "decided" or mark.part is None:
                assert await touched(referrals, wanted, mark) <= most, f"{name}, {where}"
