"""An undecided referral is where the council's records say that it belongs, and no doubt moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.referrals.handling.domain import Step
from services.referrals.routing import store
from services.referrals.routing.commands import move, route
from shared.clock import today
from shared.contracts.feed import Case, Team, Worker
from tests.referrals.acting import act, handling
from tests.referrals.world import LIMIT, LONG_AGO, MIRA, NORTH, ROWAN, SETTINGS, Referrals, allocated

TODAY = today(datetime.now(UTC))
TOMORROW, YESTERDAY = TODAY + timedelta(days=1), TODAY - timedelta(days=1)
SOUTH = Team(revision=1, team_id=uuid4(), name="Southmere", duty_phone="01632 960333", duty_hours="always")
WREN = Worker(revision=1, worker_id=uuid4(), name="Wren Dallow", role="support_worker", team_id=SOUTH.team_id)
WRENS = allocated(worker_id=WREN.worker_id, lead=False)
LEADS_TO_SOUTH = allocated(worker_id=WREN.worker_id)
CLOSED = Case(team_id=None, starts=LONG_AGO, ends=TODAY)
FRONT_DOOR = None


@pytest.fixture
async def reference(referrals: Referrals) -> str:
    """Of a referral about MIRA, which two teams might have."""
    await referrals.keep(NORTH, SOUTH, ROWAN, WREN)
    return str((await referrals.made())["reference"])


async def routed(referrals: Referrals) -> UUID | None:
    """To which team, when the next round is over."""
    await route(referrals.clone.db, SETTINGS)
    return (await handling(referrals)).team_id


@pytest.mark.parametrize(
    ("child", "worker", "team"),
    [
        ({"allocations": (allocated(),)}, {}, NORTH),
        ({"allocations": (allocated(), WRENS)}, {}, NORTH),
        ({"allocations": (WRENS, allocated(lead=False, starts=YESTERDAY))}, {}, NORTH),
        ({"allocations": (allocated(starts=YESTERDAY), LEADS_TO_SOUTH)}, {}, NORTH),
        ({"allocations": (WRENS,)}, {}, SOUTH),
        ({"allocations": (allocated(), WRENS)}, {"left_on": TODAY}, SOUTH),
        ({"allocations": (allocated(), WRENS)}, {"ended": True}, SOUTH),
        ({"allocations": (allocated(ends=TODAY), WRENS)}, {}, SOUTH),
        ({"allocations": (allocated(starts=TOMORROW), WRENS)}, {}, SOUTH),
        ({"allocations": (allocated(),)}, {"left_on": TOMORROW}, NORTH),
        ({"allocations": (allocated(),)}, {"absent_until": TOMORROW}, NORTH),
        ({"allocations": (allocated(),)}, {"left_on": TODAY}, FRONT_DOOR),
        ({"allocations": (allocated(ends=TODAY),)}, {}, FRONT_DOOR),
        ({"allocations": (allocated(),), "cases": (CLOSED,)}, {}, FRONT_DOOR),
        ({}, {}, FRONT_DOOR),
    ],
)
async def test_it_belongs_to_the_team_of_the_worker_who_answers_for_the_child_else_to_the_front_door(
    referrals: Referrals, reference: str, child: dict[str, Any], worker: dict[str, Any], team: Team | None
) -> None:
    await referrals.keep(ROWAN.model_copy(update={"revision": 2, **worker}))
    await referrals.change(**child)
    assert await routed(referrals) == (team.team_id if team else None)


UNKNOWN = allocated(worker_id=uuid4())


@pytest.mark.parametrize(
    ("child", "worker"),
    [
        ({"allocations": (UNKNOWN, WRENS)}, {}),
        ({"allocations": (), "doubtful": ("allocations",)}, {}),
        ({"allocations": (), "doubtful": ("cases",)}, {}),
        ({"allocations": (allocated(), WRENS)}, {"doubtful": ("left_on",)}),
        ({"allocations": (allocated(), WRENS)}, {"team_id": None}),
        ({"allocations": (allocated(), WRENS)}, {"team_id": uuid4()}),
    ],
    ids=["no such worker yet", "allocations", "cases", "left or not", "no team", "no such team yet"],
)
async def test_what_is_unknown_or_cannot_be_read_moves_nothing(
    referrals: Referrals, reference: str, child: dict[str, Any], worker: dict[str, Any]
) -> None:
    await referrals.change(allocations=(allocated(),))
    assert await routed(referrals) == NORTH.team_id
    await referrals.keep(ROWAN.model_copy(update={"revision": 2, **worker}))
    await referrals.change(revision=3, **child)
    assert await routed(referrals) == NORTH.team_id


async def test_after_a_newer_revision_was_set_aside_nothing_moves_until_it_has_come(
    referrals: Referrals, reference: str
) -> None:
    await referrals.change(allocations=(allocated(),))
    assert await routed(referrals) == NORTH.team_id
    ended = MIRA.model_copy(update={"revision": 2, "allocations": ()})
    await referrals.doubt(ended)
    await referrals.clone.execute("DELETE FROM allocation")
    assert await routed(referrals) == NORTH.team_id
    await referrals.keep(ended)
    assert await routed(referrals) is FRONT_DOOR


@pytest.mark.parametrize("why", ["stale", "broken", "lapsed", "never"])
async def test_while_the_records_are_not_current_nothing_moves(referrals: Referrals, reference: str, why: str) -> None:
    await referrals.change(allocations=(allocated(),))
    if why == "stale":
        await referrals.is_stale()
    elif why == "lapsed":
        await referrals.of_several((65, 60), (5, 60))
    elif why == "broken":
        await referrals.clone.execute("UPDATE freshness SET broken = true")
    else:
        await referrals.clone.execute("DELETE FROM freshness")
    assert await routed(referrals) is FRONT_DOOR
    await referrals.is_fresh()
    assert await routed(referrals) == NORTH.team_id


async def test_a_worker_whose_team_has_ended_answers_for_nobody(referrals: Referrals, reference: str) -> None:
    await referrals.change(allocations=(allocated(), WRENS))
    await referrals.keep(NORTH.model_copy(update={"revision": 2, "ended": True}))
    assert await routed(referrals) == SOUTH.team_id


async def test_a_move_stands_in_its_history_and_in_the_record_once(referrals: Referrals, reference: str) -> None:
    await referrals.change(allocations=(allocated(),))
    await routed(referrals)
    await routed(referrals)
    steps = await referrals.clone.rows("SELECT place, act, by, to_team, for_school FROM step")
    assert steps == [{"place": 1, "act": "moved", "by": None, "to_team": NORTH.team_id, "for_school": None}]
    [fact] = [fact for fact in await referrals.facts() if fact["type"] == "ReferralMoved"]
    assert (fact["from_team"], fact["to_team"]) == (None, str(NORTH.team_id))
    assert (fact["children"], fact["outcome"], fact["actor"]) == ([str(MIRA.child_id)], "moved", None)


async def test_whoever_had_it_has_it_no_longer_and_its_history_says_so(referrals: Referrals, reference: str) -> None:
    await referrals.change(allocations=(allocated(),))
    await routed(referrals)
    officer = uuid4()
    now = datetime.now(UTC)
    await act(referrals, Step("taken", by=officer), taken_by=officer, taken_at=now)
    await act(referrals, Step("acknowledged", by=officer), acknowledged_by=officer, acknowledged_at=now)
    await referrals.change(revision=3, allocations=(LEADS_TO_SOUTH,))
    assert await routed(referrals) == SOUTH.team_id
    stands = await handling(referrals)
    assert (stands.taken_by, stands.taken_at, stands.acknowledged_by) == (None, None, officer)
    said = await referrals.clone.value("SELECT for_council FROM step ORDER BY place DESC LIMIT 1")
    assert "Whoever had it" in str(said)
    assert (await referrals.facts())[-1]["taken_from"] == str(officer)


async def test_what_is_decided_stays_where_it_was_decided(referrals: Referrals, reference: str) -> None:
    await referrals.change(allocations=(allocated(),))
    await routed(referrals)
    officer = uuid4()
    decided = {"decided_by": officer, "decided_at": datetime.now(UTC), "decision": "assessment"}
    await act(referrals, Step("decided", by=officer, decision="assessment"), **decided)
    await referrals.change(revision=3, allocations=(LEADS_TO_SOUTH,))
    assert await routed(referrals) == NORTH.team_id


async def test_an_act_between_the_look_and_the_move_goes_first(referrals: Referrals, reference: str) -> None:
    await referrals.change(allocations=(allocated(),))
    async with referrals.transaction() as tx:
        [astray] = await store.astray(tx, LIMIT, 10)
    officer = uuid4()
    await act(referrals, Step("taken", by=officer), taken_by=officer, taken_at=datetime.now(UTC))
    async with referrals.transaction() as tx:
        await move(tx, astray)
    stands = await handling(referrals)
    assert (stands.team_id, stands.taken_by, stands.version) == (None, officer, 1)
    assert await routed(referrals) == NORTH.team_id
