"""From records in the log to an answer: the manifest's consumers, delivery and the projections together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.lookup.app import service
from shared.contracts import BODY_MAX_BYTES, Meta, State
from shared.contracts.feed import Child, Freshness
from shared.events.consumers import Consumers
from shared.events.dead import dead_replay
from shared.log.record import Record
from tests.lookup.world import TEAM, UPN, WORKER, Lookup, child, with_worker
from tests.support.memory_log import MemoryBus


def up_to_now() -> Freshness:
    """Of the moment at which the test asks for it: a run may take longer than records stay current."""
    return Freshness(revision=9, as_of=datetime.now(UTC))


def record(state: State) -> Record:
    """What feed's relay appends for a state."""
    meta = Meta(id=uuid4(), type=state.type, source="feed", time=datetime.now(UTC), correlation=uuid4(), actor="feed")
    body = state.model_dump_json().encode()
    return Record(state.topic, state.key.encode(), body, tuple(meta.to_headers().items()))


def tombstone(key: str) -> Record:
    return Record(Child.topic, key.encode(), None)


@pytest.fixture
async def bus(lookup: Lookup) -> AsyncIterator[MemoryBus]:
    made = MemoryBus()
    Consumers(service.name, lookup.clone.db, made, *service.consumed())
    await made.start()
    yield made
    await made.stop()


async def test_a_child_that_comes_before_its_worker_and_team_is_found_when_all_have_come(
    lookup: Lookup, bus: MemoryBus
) -> None:
    await lookup.is_stale()
    await bus.append([record(each) for each in (with_worker(), WORKER, TEAM, up_to_now())])
    await bus.settle()
    answer = await lookup.search(upn=UPN)
    assert (answer["outcome"], answer["workers"][0]["team"]) == ("found", "Northbrook")


async def test_a_tombstone_forgets_the_child(lookup: Lookup, bus: MemoryBus) -> None:
    mira = with_worker()
    await bus.append([record(mira), tombstone(str(mira.child_id))])
    await bus.settle()
    assert (await lookup.search())["outcome"] == "not_on_roll"
    assert await lookup.clone.value("SELECT count(*) FROM child WHERE child_id = $1", mira.child_id) == 0


async def test_a_record_that_cannot_be_kept_is_set_aside_and_those_behind_it_are_kept(
    lookup: Lookup, bus: MemoryBus
) -> None:
    bad = child(given_name="A NUL \x00 in a name")
    await bus.append([record(child(upn=None)), record(bad), tombstone("no id at all"), record(with_worker())])
    await bus.append([record(WORKER)])
    await bus.settle()
    assert (await lookup.search())["outcome"] == "found"
    assert len(await bus.read("lookup.states.dead")) == 2


async def test_after_a_childs_newer_revision_was_set_aside_there_is_no_plain_answer_until_one_is_kept(
    lookup: Lookup, bus: MemoryBus
) -> None:
    before = child()
    await bus.append([record(before), record(up_to_now())])
    await bus.settle()
    assert (await lookup.search(upn=UPN))["outcome"] == "no_open_case"
    after = with_worker(child_id=before.child_id, revision=2)
    await bus.append([record(after.model_copy(update={"family_name": "A NUL \x00 in a name"}))])
    await bus.settle()
    answer = await lookup.search(upn=UPN)
    assert (answer["outcome"], answer["as_of"]) == ("not_current", None)
    await bus.append([record(each) for each in (after.model_copy(update={"revision": 3}), WORKER, TEAM)])
    await bus.settle()
    assert (await lookup.search(upn=UPN))["outcome"] == "found"


async def test_after_a_workers_newer_revision_was_set_aside_the_worker_is_not_shown_until_one_is_kept(
    lookup: Lookup, bus: MemoryBus
) -> None:
    await bus.append([record(each) for each in (TEAM, WORKER, with_worker(), up_to_now())])
    await bus.append([record(WORKER.model_copy(update={"revision": 2, "name": "A NUL \x00 in a name"}))])
    await bus.settle()
    answer = await lookup.search()
    assert (answer["outcome"], answer["workers"]) == ("not_current", [])
    await bus.append([record(WORKER.model_copy(update={"revision": 3}))])
    await bus.settle()
    assert (await lookup.search())["outcome"] == "found"


async def test_after_a_teams_newer_revision_was_set_aside_its_duty_line_is_not_shown_until_one_is_kept(
    lookup: Lookup, bus: MemoryBus
) -> None:
    async def given(mira: Child) -> list[bool]:
        await bus.append([record(mira)])
        await bus.settle()
        answer = await lookup.search()
        return [answer["duty"] is not None, *(worker["duty_phone"] is not None for worker in answer["workers"])]

    absent = WORKER.model_copy(update={"absent_until": date.max})
    cared = with_worker()
    waiting = with_worker(child_id=cared.child_id, allocations=(), revision=2)
    await bus.append([record(each) for each in (TEAM, absent, up_to_now())])
    await bus.append([record(TEAM.model_copy(update={"revision": 2, "name": "A NUL \x00 in a name"}))])
    assert (await given(cared), await given(waiting)) == ([False, False], [False])
    await bus.append([record(TEAM.model_copy(update={"revision": 3}))])
    assert await given(waiting.model_copy(update={"revision": 3})) == [True]
    assert await given(cared.model_copy(update={"revision": 4})) == [True, True]


async def test_a_revision_that_is_set_aside_beside_a_newer_one_that_is_kept_leaves_no_doubt(
    lookup: Lookup, bus: MemoryBus
) -> None:
    first = child()
    newest = with_worker(child_id=first.child_id, revision=3)
    bad = replace(record(first), value=b"no JSON")
    await bus.append([record(first), bad, *(record(each) for each in (newest, WORKER, TEAM, up_to_now()))])
    await bus.settle()
    assert len(await bus.read("lookup.states.dead")) == 1
    assert (await lookup.search(upn=UPN))["outcome"] == "found"
    await dead_replay(bus, "lookup.states")  # it fails again, and is older than what is kept
    await bus.settle()
    assert len(await bus.read("lookup.states.dead")) == 2
    assert (await lookup.search(upn=UPN))["outcome"] == "found"


async def test_a_doubt_left_by_an_older_record_is_healed_when_the_newest_revision_comes_again(
    lookup: Lookup, bus: MemoryBus
) -> None:
    """A crash between the effect and its offsets: what was set aside comes again, and then what was kept."""
    newest = with_worker(revision=3)
    await bus.append([record(each) for each in (newest, WORKER, TEAM, up_to_now())])
    await bus.settle()
    bad = newest.model_copy(update={"revision": 2, "family_name": "A NUL \x00 in a name"})
    await bus.append([record(bad)])
    await bus.settle()
    assert (await lookup.search(upn=UPN))["outcome"] == "not_current"
    await bus.append([record(newest)])
    await bus.settle()
    assert (await lookup.search(upn=UPN))["outcome"] == "found"


async def test_a_key_that_postgresql_refuses_is_set_aside_and_the_rest_is_kept(lookup: Lookup, bus: MemoryBus) -> None:
    await bus.append([record(child(upn=None)), tombstone("a \x00 in a key"), record(WORKER), record(with_worker())])
    await bus.settle()
    assert len(await bus.read("lookup.states.dead")) == 1
    assert (await lookup.search(upn=UPN))["outcome"] == "found"


@pytest.mark.parametrize("value", [b"{}", b"x" * (BODY_MAX_BYTES + 1)], ids=["no event", "too large"])
async def test_a_foreign_record_under_a_childs_key_does_not_doubt_the_child(
    lookup: Lookup, bus: MemoryBus, value: bytes
) -> None:
    mira = with_worker()
    await bus.append([record(each) for each in (mira, WORKER, TEAM, up_to_now())])
    await bus.append([Record(Child.topic, mira.key.encode(), value)])
    await bus.settle()
    assert len(await bus.read("lookup.states.dead")) == 1
    assert (await lookup.search(upn=UPN))["outcome"] == "found"
