"""For a worker's team it is gathered which schools looked: where agreed, once a day, and without a child."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.lookup.settings import Settings
from services.lookup.telling import commands
from tests.lookup.agreed import agree, hear
from tests.lookup.world import (
    OTHER_SCHOOL,
    TEAM,
    WORKER,
    Lookup,
    allocated,
    on_roll,
    with_worker,
    worker,
)
from tests.support.web import SCHOOL, caller

CHILD = UUID("0198e0a0-0000-7000-8000-00000000c41d")
SOUTH = TEAM.model_copy(update={"team_id": uuid4(), "name": "Southbrook"})


@pytest.fixture
async def agreed(lookup: Lookup) -> Lookup:
    """Two schools whose agreement has the option, and a child with a worker on the rolls of both."""
    for urn in (SCHOOL, OTHER_SCHOOL):
        await agree(lookup, "team_told", urn=urn)
    await lookup.keep(TEAM, SOUTH, WORKER, with_worker(child_id=CHILD, rolls=(on_roll(), on_roll(OTHER_SCHOOL))))
    return lookup


async def look(lookup: Lookup, school: str = SCHOOL) -> None:
    await lookup.search(caller("lead", school))
    await hear(lookup, "looks")


async def days_pass(lookup: Lookup, days: int = 1) -> None:
    """As if all that is kept were so many days older."""
    await lookup.clone.execute(f"UPDATE team_look SET day = day - {days}")
    await lookup.clone.execute(f"UPDATE team_gathered SET day = day - {days}")


async def gathered(lookup: Lookup) -> Sequence[dict[str, Any]]:
    """The facts and states that were gathered, in order; the tombstones are left out."""
    await commands.gather(lookup.clone.db, Settings())
    rows = await lookup.clone.rows("SELECT body FROM outbox WHERE body IS NULL")
    return [] if rows else [body for body in await lookup.facts() if "gathered_id" in body]


def states(bodies: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [body for body in bodies if "gathered_at" in body]


async def test_when_the_day_is_over_a_team_is_told_once_of_all_schools_that_looked(agreed: Lookup) -> None:
    for school in (SCHOOL, SCHOOL, OTHER_SCHOOL):
        await look(agreed, school)
    assert await gathered(agreed) == [], "the day is not over"
    await days_pass(agreed)
    for _ in range(2):
        [one] = states(await gathered(agreed))
    assert (one["team_id"], one["schools"]) == (str(TEAM.team_id), [SCHOOL, OTHER_SCHOOL])
    assert one["first_day"] == one["last_day"]


async def test_what_the_team_is_sent_has_no_child_and_no_person_and_the_facts_have_the_child(agreed: Lookup) -> None:
    await look(agreed)
    await look(agreed, OTHER_SCHOOL)
    await days_pass(agreed)
    *facts, state = await gathered(agreed)
    assert set(state) == {
        "revision", "ended", "gathered_id", "team_id", "first_day", "last_day", "schools", "gathered_at",
    }  # fmt: skip
    assert [(fact["school"], fact["children"], fact["outcome"], fact["actor"]) for fact in facts] == [
        (school, [str(CHILD)], "gathered", None) for school in (SCHOOL, OTHER_SCHOOL)
    ]
    assert {fact["gathered_id"] for fact in facts} == {state["gathered_id"]}


async def test_a_team_is_told_at_most_once_a_day_and_nothing_is_lost(agreed: Lookup) -> None:
    await look(agreed)
    await days_pass(agreed)
    await gathered(agreed)
    await look(agreed, OTHER_SCHOOL)  # its fact comes late: of a day that is over
    await agreed.clone.execute("UPDATE team_look SET day = day - 1")
    assert len(states(await gathered(agreed))) == 1
    await days_pass(agreed)
    first, second = states(await gathered(agreed))
    assert (first["schools"], second["schools"]) == ([SCHOOL], [OTHER_SCHOOL])


async def test_each_workers_team_is_told(agreed: Lookup) -> None:
    other, none = worker("Sasha Vane", team_id=SOUTH.team_id), worker("Of No Team", team_id=None)
    both = (allocated(), allocated(other, lead=False), allocated(none, lead=False))
    await agreed.keep(other, none, with_worker(child_id=CHILD, revision=2, allocations=both))
    await look(agreed)
    await days_pass(agreed)
    assert {one["team_id"] for one in states(await gathered(agreed))} == {str(TEAM.team_id), str(SOUTH.team_id)}


@pytest.mark.parametrize(
    "said", [{"restricted": True}, {"doubtful": ("allocations",)}, {"allocations": (), "cases": ()}]
)
async def test_of_a_search_that_showed_no_worker_no_team_is_told(agreed: Lookup, said: dict[str, Any]) -> None:
    await agreed.keep(with_worker(child_id=CHILD, revision=2, **said))
    await look(agreed)
    assert await agreed.clone.value("SELECT count(*) FROM team_look") == 0


async def test_without_the_option_nothing_is_noted(agreed: Lookup) -> None:
    await agree(agreed, "changed_since", revision=2)
    await look(agreed)
    assert await agreed.clone.value("SELECT count(*) FROM team_look") == 0


async def test_switched_off_meanwhile_nothing_is_told_and_nothing_kept(agreed: Lookup) -> None:
    await look(agreed)
    await days_pass(agreed)
    await agree(agreed, revision=2)
    assert await gathered(agreed) == []
    assert await agreed.clone.value("SELECT count(*) FROM team_look") == 0


async def test_a_fact_that_comes_twice_is_noted_once(agreed: Lookup) -> None:
    await look(agreed)
    await agreed.clone.execute("DELETE FROM inbox")
    await hear(agreed, "looks")
    assert await agreed.clone.value("SELECT count(*) FROM team_look") == 1


async def test_after_some_days_the_log_may_forget_it(agreed: Lookup) -> None:
    await look(agreed)
    await days_pass(agreed)
    [one] = states(await gathered(agreed))
    await days_pass(agreed, 7)
    await commands.gather(agreed.clone.db, Settings())
    assert await agreed.clone.rows("SELECT key FROM outbox WHERE body IS NULL") == []
    await days_pass(agreed, 2)
    await commands.gather(agreed.clone.db, Settings())
    rows = await agreed.clone.rows("SELECT key, topic FROM outbox WHERE body IS NULL")
    assert rows == [{"key": one["gathered_id"], "topic": "lookup.team-looks.v1"}]
