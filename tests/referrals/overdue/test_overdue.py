"""What nobody has acknowledged in time is noticed once, told to its school, counted, and first in the queue."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.referrals.handling.domain import Step
from services.referrals.overdue import store
from services.referrals.overdue.commands import notice, notice_overdue
from shared.observe.metrics import metrics
from tests.referrals.acting import act, handling
from tests.referrals.triage.desk import Officer, officer
from tests.referrals.world import MIRA, SETTINGS, Referrals
from tests.support.web import SCHOOL

DAY = timedelta(days=1)
LONG_BEFORE = 10 * DAY
"""Ten days hold a working day whatever the calendar."""


@pytest.fixture
async def iris(referrals: Referrals) -> Officer:
    return await officer(referrals)


async def late(referrals: Referrals) -> str:
    """The reference of a referral whose time is over."""
    assert await referrals.make_at(datetime.now(UTC) - LONG_BEFORE) == "made"
    await referrals.is_fresh()
    return str(await referrals.clone.value("SELECT reference FROM referral ORDER BY made_at LIMIT 1"))


async def look(referrals: Referrals) -> None:
    """One round."""
    await notice_overdue(referrals.clone.db, SETTINGS)


async def noticed(referrals: Referrals) -> list[str]:
    """The references that the facts tell."""
    return [fact["reference"] for fact in await referrals.facts() if fact["type"] == "ReferralOverdue"]


def counted(referrals: Referrals) -> float | None:
    return metrics.registry.get_sample_value("portal_referrals_overdue", {"service": "referrals"})


async def test_it_is_noticed_by_the_portal_itself_once(referrals: Referrals) -> None:
    reference = await late(referrals)
    await look(referrals)
    await look(referrals)
    steps = await referrals.clone.rows("SELECT place, act, by, for_school, for_council FROM step")
    assert steps == [{"place": 1, "act": "overdue", "by": None, "for_school": None, "for_council": None}]
    assert (await handling(referrals)).overdue_at is not None
    assert await noticed(referrals) == [reference]


async def test_the_fact_names_the_school_the_child_and_by_when_it_was_due(referrals: Referrals) -> None:
    await late(referrals)
    due = await referrals.clone.value("SELECT due_at FROM referral")
    await look(referrals)
    fact = (await referrals.facts())[-1]
    assert (fact["type"], fact["outcome"], fact["actor"]) == ("ReferralOverdue", "overdue", None)
    assert (fact["school"], fact["children"]) == (SCHOOL, [str(MIRA.child_id)])
    assert datetime.fromisoformat(fact["due_at"]) == due


async def test_of_a_described_child_none_is_named(referrals: Referrals) -> None:
    await late(referrals)
    await referrals.clone.execute(
        "UPDATE referral SET child_id = NULL, described_given_name = 'A', described_family_name = 'B',"
        " described_why = 'joined today'"
    )
    await look(referrals)
    assert (await referrals.facts())[-1]["children"] == []


async def test_nothing_is_noticed_before_its_time(referrals: Referrals) -> None:
    await referrals.made()
    await look(referrals)
    assert (await handling(referrals)).version == 0
    assert await noticed(referrals) == []


@pytest.mark.parametrize("act_of", ["acknowledge", "ask", "decide"])
async def test_what_somebody_has_answered_for_is_not_overdue(referrals: Referrals, iris: Officer, act_of: str) -> None:
    await iris.did(act_of, await late(referrals))
    await look(referrals)
    assert await noticed(referrals) == []
    assert counted(referrals) == 0


async def test_taking_it_is_no_word_to_the_school(referrals: Referrals, iris: Officer) -> None:
    reference = await late(referrals)
    await iris.did("take", reference)
    await look(referrals)
    assert await noticed(referrals) == [reference]


async def test_an_acknowledgement_between_the_look_and_the_notice_goes_first(referrals: Referrals) -> None:
    await late(referrals)
    async with referrals.transaction() as tx:
        [found] = await store.late(tx, 10)
    now = datetime.now(UTC)
    await act(referrals, Step("acknowledged", by=MIRA.child_id), acknowledged_by=MIRA.child_id, acknowledged_at=now)
    async with referrals.transaction() as tx:
        await notice(tx, found)
    assert (await handling(referrals)).overdue_at is None
    assert await noticed(referrals) == []


async def test_two_rounds_at_once_notice_it_once(referrals: Referrals) -> None:
    reference = await late(referrals)
    async with referrals.transaction() as tx:
        [found] = await store.late(tx, 10)
    for _ in range(2):
        async with referrals.transaction() as tx:
            await notice(tx, found)
    assert await noticed(referrals) == [reference]


async def test_they_are_counted_until_somebody_acknowledges(referrals: Referrals, iris: Officer) -> None:
    reference = await late(referrals)
    await referrals.made()
    await look(referrals)
    assert counted(referrals) == 1
    await iris.did("acknowledge", reference)
    await look(referrals)
    assert counted(referrals) == 0


async def test_that_it_was_late_stays_in_its_history(referrals: Referrals, iris: Officer) -> None:
    reference = await late(referrals)
    await look(referrals)
    await iris.did("acknowledge", reference)
    stands = await iris.stands(reference)
    assert [step["act"] for step in stands["steps"]] == ["overdue", "acknowledged"]
    assert stands["standing"] == "received"


async def test_its_school_is_told(referrals: Referrals) -> None:
    reference = await late(referrals)
    await look(referrals)
    told = (await referrals.web.get(f"/sent/{reference}", referrals.who)).json()
    assert told["overdue_at"] is not None
    assert [(step["act"], step["by_name"]) for step in told["steps"]] == [("overdue", None)]


async def test_the_queue_of_everybody_and_of_its_team_shows_it_first(referrals: Referrals, iris: Officer) -> None:
    urgent = {"urgency": "significant", "called_number": "01632 960 100"}
    sent = await referrals.made(**urgent, called_at=datetime.now(UTC).isoformat())
    reference = await late(referrals)
    await look(referrals)
    for asked in ({}, {"team": "front_door"}):
        shown = (await iris.queue(**asked))["referrals"]
        assert [(line["reference"], line["overdue"]) for line in shown] == [
            (reference, True),
            (sent["reference"], False),
        ]


async def test_a_round_is_bounded_and_takes_the_longest_overdue_first(referrals: Referrals) -> None:
    first = await late(referrals)
    assert await referrals.make_at(datetime.now(UTC) - LONG_BEFORE + DAY / 24) == "made"
    async with referrals.transaction() as tx:
        assert [one.reference for one in await store.late(tx, 1)] == [first]
