from tests.referrals.queue.test_plans import *
async def test_x(referrals):
    now = datetime.now(UTC)
    for name in ("everything",):
        args=[]
        sql = store.page(ASKS[name], Mark(now, None, 0, now + AHEAD, HIGHEST), today(now), PAGE + 1, args)
        async with referrals.transaction() as tx:
            for r in await tx.rows(f"EXPLAIN (ANALYZE) {sql}", *args): print(r[0][:150])
