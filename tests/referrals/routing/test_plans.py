"""However many were decided, a round of routing reads the undecided ones only: PostgreSQL's own account of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from services.referrals.routing.store import ASTRAY
from shared.clock import today
from shared.contracts.feed import EVER, SOURCE_KEY
from tests.referrals.world import LIMIT, NORTH, ROWAN, Referrals

DECIDED, UNDECIDED = 40_000, 2_000
LOOKED_UP = 25
"""Rows for each undecided referral: its own, its child, an allocation, a worker and a team, and each step between."""
FILL = f"""
    INSERT INTO child (child_id, given_name, family_name, born, restricted, unreadable, revision, whole_revision)
    SELECT lpad(n::text, 32, '0')::uuid, 'A', 'B', '2014-04-03', false, '{{}}', 1, 1
      FROM generate_series(1, 10000) AS n;
    INSERT INTO allocation (child_id, worker_id, lead, starts)
    SELECT child_id, '{ROWAN.worker_id}', true, '2020-09-01' FROM child;
    INSERT INTO referral (referral_id, reference, made_by, idempotency_key, body_sha256, child_id, school, made_at,
                          due_at, gate, kind, concern, done_so_far, parents_know, contact)
    SELECT uuidv7(), translate(substr(code, 1, 3) || '-' || substr(code, 4, 3) || '-' || substr(code, 7), '0', 'Z'),
           uuidv7(), uuidv7(), '', lpad((1 + n % 10000)::text, 32, '0')::uuid, '999001', now(), now(), 'not_urgent',
           'concern', (SELECT string_agg(md5(n::text || m), '') FROM generate_series(1, 30) AS m), '', true, ''
      FROM (SELECT n, lpad(n::text, 7, '0') AS code FROM generate_series(1, {DECIDED + UNDECIDED}) AS n) AS numbered;
    UPDATE handling SET decided_by = referral_id, decided_at = now(), decision = 'assessment'
     WHERE referral_id IN (SELECT referral_id FROM handling ORDER BY referral_id LIMIT {DECIDED});
    ANALYZE;
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def test_a_round_does_not_read_what_is_decided(referrals: Referrals) -> None:
    await referrals.keep(NORTH, ROWAN)
    await referrals.clone.execute(FILL)
    await referrals.clone.execute("VACUUM ANALYZE handling")
    now = datetime.now(UTC)
    asked = (SOURCE_KEY, now - LIMIT, now + LIMIT, today(now), EVER, UNDECIDED)
    async with referrals.transaction() as tx:
        plan = json.loads(await tx.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {ASTRAY}", *asked))[0]
    seen = {table: read(plan, table) for table in ("referral", "allocation")}
    assert seen == dict.fromkeys(seen, UNDECIDED)
    assert read(plan) < LOOKED_UP * UNDECIDED + DECIDED


def read(plan: dict[str, Any], table: str | None = None) -> int:
    """How many rows were gone through, of this table or in all."""
    wanted = [node for node in nodes(plan["Plan"]) if table in (None, node.get("Relation Name"))]
    return sum(
        int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]) for node in wanted
    )
