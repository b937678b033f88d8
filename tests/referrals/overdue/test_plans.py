"""However many referrals there are, a round of the clock reads those whose time is over: PostgreSQL's own account."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from services.referrals.overdue.store import COUNT, LATE
from tests.referrals.routing.test_plans import FILL, nodes
from tests.referrals.world import Referrals


@pytest.mark.parametrize(("statement", "args"), [(LATE, (500,)), (COUNT, ())], ids=["late", "count"])
async def test_a_round_reads_only_what_is_due_by_its_index(
    referrals: Referrals, statement: str, args: tuple[int, ...]
) -> None:
    await referrals.clone.execute(FILL)
    await referrals.clone.execute("UPDATE handling SET due_at = now() + interval '1 day' WHERE decided_at IS NULL")
    await referrals.clone.execute(
        "UPDATE handling SET due_at = now() - interval '1 day' WHERE referral_id IN"
        " (SELECT referral_id FROM handling WHERE decided_at IS NULL LIMIT 7)"
    )
    await referrals.clone.execute("VACUUM ANALYZE handling")
    async with referrals.transaction() as tx:
        plan = json.loads(await tx.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", datetime.now(UTC), *args))[0]
    [found] = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "handling"]
    assert found["Index Name"] == "handling_unacknowledged"
    assert found["Actual Rows"] * found["Actual Loops"] == 7
    assert found.get("Rows Removed by Filter", 0) == 0
