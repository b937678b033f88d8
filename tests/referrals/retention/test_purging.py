"""What was kept for long enough is deleted whole, from tables and disk; and nothing else ever is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.referrals.handling.domain import Step
from services.referrals.retention import store
from services.referrals.retention.commands import MOST, purge_referral
from shared.database.tx import DatabaseFailed
from shared.observe.metrics import REGISTRY
from tests.referrals.acting import act, describe, its_id
from tests.referrals.retention.world import DAYS, FILES, NOT_YET, OVER, Kept
from tests.referrals.world import MIRA, WORDS
from tests.support.web import caller

GUARDIAN = caller("data_protection_officer")
CANARIES = {
    "concern": f"{WORDS} Canary-a", "done_so_far": "Canary-b", "child_said": "Canary-c", "family": "Canary-d",
    "child": {"given_name": "Canary-e", "family_name": "Canary-f", "born": "2014-04-03"},
}  # fmt: skip


def since() -> datetime:
    return datetime.now(UTC) - timedelta(days=DAYS)


async def hold(kept: Kept, referral_id: UUID) -> str:
    """Its reference, from now on held."""
    reference = str(
        await kept.referrals.clone.value("SELECT reference FROM referral WHERE referral_id = $1", referral_id)
    )
    body = {"reference": reference, "why": "A court has asked for it."}
    assert (await kept.referrals.web.post("/holds", body, GUARDIAN)).status_code == 201
    return reference


async def lift(kept: Kept, reference: str) -> None:
    response = await kept.referrals.web.post("/holds/lifting", {"reference": reference}, GUARDIAN)
    assert response.status_code == 200


async def test_when_its_time_is_over_nothing_of_it_is_left(kept: Kept) -> None:
    referral_id = await kept.sent(**CANARIES)
    officer = uuid4()
    await act(kept.referrals, Step("asked", by=officer, for_school="Canary-g", for_council="Canary-h"))
    await lift(kept, await hold(kept, referral_id))
    await kept.decided(referral_id)
    await kept.transferred(referral_id)
    [row] = await kept.referrals.clone.rows("SELECT reference, idempotency_key FROM referral")
    ids = [str(referral_id), str(row["reference"]), str(row["idempotency_key"])]
    assert await kept.found(["Canary-", "A court", *ids], but=("outbox",))
    await kept.round()
    assert await kept.found(["Canary-", "A court"]) == []
    assert await kept.found(ids, but=("outbox",)) == []
    assert kept.on_disk() == []


async def test_that_it_was_deleted_is_a_fact_without_a_word_of_it(kept: Kept) -> None:
    referral_id = await kept.over(**CANARIES)
    await kept.round()
    await kept.round()
    [fact] = [fact for fact in await kept.referrals.facts() if fact["type"] == "ReferralPurged"]
    assert (fact["referral_id"], fact["attachments"], fact["outcome"]) == (str(referral_id), FILES, "purged")
    assert (fact["actor"], fact["children"]) == (None, [str(MIRA.child_id)])
    assert "Canary" not in str(fact)


async def undecided(kept: Kept, referral_id: UUID) -> None:
    await kept.referrals.clone.execute("UPDATE handling SET decided_by = NULL, decided_at = NULL, decision = NULL")


async def lately_decided(kept: Kept, referral_id: UUID) -> None:
    await kept.decided(referral_id, NOT_YET)


async def lately_transferred(kept: Kept, referral_id: UUID) -> None:
    await kept.transferred(referral_id, NOT_YET)


async def not_transferred(kept: Kept, referral_id: UUID) -> None:
    await kept.transferred(referral_id, None)


async def of_no_transfer(kept: Kept, referral_id: UUID) -> None:
    await kept.referrals.clone.execute("DELETE FROM transfer")


async def held(kept: Kept, referral_id: UUID) -> None:
    await hold(kept, referral_id)


async def held_again(kept: Kept, referral_id: UUID) -> None:
    await lift(kept, await hold(kept, referral_id))
    await hold(kept, referral_id)


async def without_period(kept: Kept, referral_id: UUID) -> None:
    kept.periods = {}


WHY_NOT = [
    undecided, lately_decided, lately_transferred, not_transferred, of_no_transfer, held, held_again, without_period,
]  # fmt: skip


@pytest.mark.parametrize("why_not", WHY_NOT, ids=lambda one: one.__name__)
async def test_it_is_kept_whole_while_anything_speaks_against_it(
    kept: Kept, why_not: Callable[[Kept, UUID], Awaitable[None]]
) -> None:
    kept.periods = {"keep_referrals_days": DAYS, "keep_attachments_days": DAYS}
    referral_id = await kept.over()
    await why_not(kept, referral_id)
    await kept.round()
    assert await kept.is_kept(referral_id)
    assert len(kept.on_disk()) == FILES
    async with kept.referrals.transaction() as tx:
        assert why_not is without_period or not await store.purge(tx, referral_id, since())


async def test_the_service_itself_may_not_delete_a_referral_otherwise(kept: Kept) -> None:
    await kept.over()
    for table in ("referral", "handling", "step", "hold", "transfer"):
        with pytest.raises(DatabaseFailed, match="42501"):
            async with kept.referrals.transaction() as tx:
                await tx.execute(f"DELETE FROM {table}")


async def test_a_hold_that_is_set_after_it_was_found_still_keeps_it(kept: Kept) -> None:
    referral_id = await kept.over()
    async with kept.referrals.transaction() as tx:
        [due] = await store.due(tx, since(), MOST)
    await hold(kept, referral_id)
    async with kept.referrals.transaction() as tx:
        await purge_referral(tx, due, since(), kept.files)
    assert await kept.is_kept(referral_id)
    assert len(kept.on_disk()) == FILES


async def test_when_the_hold_is_lifted_it_goes(kept: Kept) -> None:
    referral_id = await kept.over()
    reference = await hold(kept, referral_id)
    await kept.round()
    await lift(kept, reference)
    await kept.round()
    assert not await kept.is_kept(referral_id)


class Killed(Exception):
    """The process ends here."""


async def test_killed_between_disk_and_commit_it_goes_on_at_the_next_round(kept: Kept) -> None:
    referral_id = await kept.over()
    with pytest.raises(Killed):
        async with kept.referrals.transaction() as tx:
            [due] = await store.due(tx, since(), MOST)
            await purge_referral(tx, due, since(), kept.files)
            raise Killed
    assert (await kept.is_kept(referral_id), kept.on_disk()) == (True, [])
    await kept.round()
    assert not await kept.is_kept(referral_id)
    assert len([fact for fact in await kept.referrals.facts() if fact["type"] == "ReferralPurged"]) == 1


async def test_only_what_is_its_own_goes(kept: Kept) -> None:
    """Another referral stays, and so does what somebody else has under the same draft's id."""
    other = await kept.sent()
    referral_id = await kept.over()
    theirs, draft = uuid4(), uuid4()
    await kept.draft(draft, theirs)
    sent = "UPDATE referral SET idempotency_key = $2 WHERE referral_id = $1"
    await kept.referrals.clone.execute("DELETE FROM attachment WHERE account <> $1 AND draft_id <> $2", theirs, other)
    before = len(kept.on_disk())
    await kept.referrals.clone.execute(sent, referral_id, draft)
    await kept.round()
    assert (await kept.is_kept(other), await kept.is_kept(referral_id)) == (True, False)
    assert await kept.referrals.clone.value("SELECT count(*) FROM draft WHERE account = $1", theirs) == 1
    assert await kept.referrals.clone.value("SELECT count(*) FROM attachment WHERE account = $1", theirs) == FILES
    assert len(kept.on_disk()) == before


async def test_what_another_table_will_keep_of_a_referral_goes_with_it(kept: Kept) -> None:
    referral_id = await kept.over()
    clone = kept.referrals.clone
    await clone.execute("CREATE TABLE later (referral_id uuid REFERENCES referral, note text)")
    await clone.execute("CREATE TABLE told (reference text, note text)")
    await clone.execute("INSERT INTO later VALUES ($1, 'a')", referral_id)
    await clone.execute("INSERT INTO told SELECT reference, 'a' FROM referral")
    await kept.round()
    assert [await clone.value(f"SELECT count(*) FROM {table}") for table in ("later", "told")] == [0, 0]


async def test_a_table_that_holds_more_of_a_referral_than_is_known_stops_the_purge(kept: Kept) -> None:
    """Half a purge would leave words behind without a way to them."""
    referral_id = await kept.over()
    await kept.referrals.clone.execute("CREATE TABLE elsewhere (about uuid REFERENCES referral)")
    await kept.referrals.clone.execute("INSERT INTO elsewhere VALUES ($1)", referral_id)
    with pytest.raises(DatabaseFailed, match=asyncpg.ForeignKeyViolationError.sqlstate):
        await kept.round()
    assert await kept.is_kept(referral_id)


async def test_attachments_can_go_before_their_referral_and_its_history_says_so(kept: Kept) -> None:
    kept.periods = {"keep_attachments_days": DAYS}
    referral_id = await kept.over()
    await kept.round()
    await kept.round()
    assert kept.on_disk() == []
    assert await kept.referrals.clone.value("SELECT count(*) FROM attachment") == 0
    assert await kept.is_kept(referral_id)
    steps = await kept.referrals.clone.rows("SELECT act, by FROM step")
    assert steps == [{"act": "purged", "by": None}]
    [fact] = [fact for fact in await kept.referrals.facts() if fact["type"] == "AttachmentsPurged"]
    assert fact["attachments"] == FILES


async def test_the_child_that_was_found_for_it_is_named_in_the_fact(kept: Kept) -> None:
    referral_id = await kept.over()
    await describe(kept.referrals)
    await kept.referrals.clone.execute(
        "INSERT INTO link VALUES ($1, $2, $3, now())", referral_id, MIRA.child_id, uuid4()
    )
    await kept.round()
    assert (await kept.referrals.facts())[-1]["children"] == [str(MIRA.child_id)]
    assert await kept.referrals.clone.value("SELECT count(*) FROM link") == 0


def measured() -> dict[str, float | None]:
    whys = ("no_period", "held", "not_transferred", "due")
    return {why: REGISTRY.get_sample_value("portal_kept_referrals", {"why": why}) for why in whys}


async def test_what_is_kept_beyond_its_time_is_counted_by_why(kept: Kept) -> None:
    await hold(kept, await kept.over())
    referral_id = await kept.over()
    await kept.transferred(referral_id, None)
    await kept.round()
    assert measured() == {"no_period": 0, "held": 1, "not_transferred": 1, "due": 0}
    kept.periods = {}
    await kept.round()
    assert measured() == {"no_period": 2, "held": 0, "not_transferred": 0, "due": 0}
    assert await its_id(kept.referrals) == referral_id
    assert timedelta(days=DAYS) < OVER


async def test_what_is_due_and_still_there_is_counted_also_where_the_purge_fails(kept: Kept) -> None:
    await kept.over()
    await kept.referrals.clone.execute("REVOKE EXECUTE ON FUNCTION purge_referral FROM referrals_service, PUBLIC")
    with pytest.raises(Exception):  # noqa: B017 - whatever it is that fails
        await kept.round()
    assert measured()["due"] == 1
    await kept.referrals.clone.execute("GRANT EXECUTE ON FUNCTION purge_referral TO referrals_service")
    for _ in range(2):
        await kept.round()
    assert measured()["due"] == 0
