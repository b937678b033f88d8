"""Batches of children, as the DfE's sender pushes them: what is kept, emitted and answered."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.contracts import State
from shared.contracts.feed import Team, Worker
from tests.feed.pushing.world import (
    BATCH,
    COMPLETE,
    FIRST,
    LATER,
    SECRET,
    SUPPLIER,
    Known,
    PushFeed,
    episode,
    person,
    worker,
)
from tests.feed.world import fresh
from tests.support.lines import logged


async def test_pushed_children_are_emitted_when_all_has_been_sent_and_not_before(pushed: PushFeed) -> None:
    await pushed.upload_roll(1)
    await pushed.give_lists()
    await pushed.push(person(1), person(2))
    await pushed.catch_up()
    assert [event for event in await pushed.emitted() if isinstance(event, State)] == []
    await pushed.complete()
    events = await pushed.emitted()
    assert [one.as_of for one in fresh(events)] == [FIRST]
    known = Known().hear(events)
    child = known.child("Mirela")
    assert (child.rolls[0].school, child.cases[0].starts, child.restricted) == ("990001", date(2025, 9, 1), False)
    worker = next(one for one in known.others if isinstance(one, Worker))
    team = next(one for one in known.others if isinstance(one, Team))
    assert child.allocations[0].worker_id in {one.worker_id for one in known.others if isinstance(one, Worker)}
    assert (worker.team_id, child.allocations[0].lead) == (team.team_id, True)


async def test_before_the_list_of_restricted_children_has_come_every_child_may_be_one(pushed: PushFeed) -> None:
    await pushed.upload_roll(1)
    await pushed.push(person(1))
    await pushed.complete()
    child = Known().hear(await pushed.emitted()).child("Mirela")
    assert (child.restricted, child.allocations) == (True, ())


async def live(pushed: PushFeed, *children: dict[str, Any]) -> Known:
    """Two children on the roll, and what was pushed of the first; all has been sent once."""
    await pushed.upload_roll(1, 2)
    await pushed.give_lists()
    await pushed.push(*(children or [person(1)]))
    await pushed.complete()
    return Known().hear(await pushed.emitted())


async def test_a_delta_is_emitted_in_the_transaction_in_which_it_is_kept(pushed: PushFeed) -> None:
    known = await live(pushed)
    assert known.child("Osian").cases == ()
    await pushed.push(person(2))
    await pushed.push({"la_child_id": "C1", "social_care_episodes": [{"social_care_episode_id": "E1", "purge": True}]})
    known.hear(await pushed.emitted())
    assert [len(known.child(name).cases) for name in ("Mirela", "Osian")] == [0, 1]
    assert [len(known.child(name).allocations) for name in ("Mirela", "Osian")] == [0, 1]


async def test_what_is_sent_again_changes_nothing_and_is_acknowledged_again(pushed: PushFeed) -> None:
    await live(pushed)
    before = await pushed.database.rows("SELECT * FROM mirror ORDER BY source_table, key")
    answers = [await pushed.post(BATCH, [person(1)]) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert await pushed.database.rows("SELECT * FROM mirror ORDER BY source_table, key") == before
    assert await pushed.emitted() == []


async def test_each_line_of_an_acknowledgement_is_one_that_the_dfes_sender_reads(pushed: PushFeed) -> None:
    """By the pattern of its PowerShell, and by what its Python splits it at."""
    answer = await pushed.post(BATCH, [person(1), person(2)])
    lines = answer.json()
    assert len(lines) == 2
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}_\d{2}:\d{2}:\d{2}\.\d{2}_(.+?)\.json", line)
        date_part, time_part, _ = line.split("_")
        assert datetime.strptime(f"{date_part} {time_part}", "%Y-%m-%d %H:%M:%S.%f")


async def test_a_purged_child_ends_and_its_pupil_has_no_case(pushed: PushFeed) -> None:
    known = await live(pushed)
    await pushed.push({"la_child_id": "C1", "mis_child_id": "9", "purge": True})
    assert known.hear(await pushed.emitted()).child("Mirela").cases == ()
    kept = await pushed.database.rows(
        "SELECT body FROM mirror WHERE source_table LIKE '%c%' AND deleted_at IS NOT NULL"
    )
    assert {str(row["body"]) for row in kept} == {"{}"}


@pytest.mark.parametrize(
    ("cells", "doubted"),
    [
        ({"closure_date": "soon"}, "cases"),
        ({"closure_date": "2025-02-30"}, "cases"),
        ({"referral_date": None}, "cases"),
        ({"referral_date": 20250901}, "cases"),
        ({"referral_no_further_action_flag": "maybe"}, "cases"),
        ({"care_worker_details": [worker(1, end_date="31/12/2025")]}, "allocations"),
        ({"care_worker_details": [worker(1, None)]}, "allocations"),
        ({"care_worker_details": [worker(1), {"worker_id": "W2", "purge": True}]}, "allocations"),
    ],
    ids=["no date", "no day", "empty", "a number", "no flag", "another way of dates", "no beginning", "unknown purge"],
)
async def test_a_cell_that_cannot_be_used_makes_its_part_doubtful_and_is_listed(
    pushed: PushFeed, cells: dict[str, Any], doubted: str
) -> None:
    known = await live(pushed, person(1, episode(1, **cells)))
    assert doubted in known.child("Mirela").doubtful
    assert known.child("Mirela").restricted  # its worker is told by telephone only
    assert len(await pushed.left_out()) >= 1


async def test_an_episode_that_is_purged_and_never_came_is_no_plain_no(pushed: PushFeed) -> None:
    """So a sender in use writes what is new (its deltas by PowerShell, as they are in November 2026)."""
    unknown = [{"social_care_episode_id": "E9", "purge": True}]
    known = await live(pushed, person(1), {**person(2), "social_care_episodes": unknown})
    assert "cases" in known.child("Osian").doubtful
    [cell] = await pushed.left_out()
    assert (cell["column_name"], cell["why"]) == ("purge", "unknown_purge")
    await pushed.push(person(2, episode(9)))
    assert (known.hear(await pushed.emitted()).child("Osian").doubtful, await pushed.left_out()) == ((), [])


async def test_a_worker_whom_only_the_payload_names_has_no_state_of_its_own(pushed: PushFeed) -> None:
    """So fewer workers are known than are allocated, and the answer is the telephone (tests/lookup)."""
    known = await live(pushed, person(1, episode(1, worker(9))))
    [allocation] = known.child("Mirela").allocations
    assert allocation.worker_id not in {one.worker_id for one in known.others if isinstance(one, Worker)}


async def test_of_several_workers_who_are_open_none_is_known_to_be_the_lead(pushed: PushFeed) -> None:
    ended = worker(3, end_date="2025-10-01")
    known = await live(
        pushed, person(1, episode(1, worker(1), worker(2), ended)), person(2, episode(2, worker(1), ended))
    )
    assert [one.lead for one in known.child("Mirela").allocations] == [False, False]
    assert [one.lead for one in known.child("Osian").allocations] == [True]


async def test_a_referral_that_came_to_nothing_is_no_case(pushed: PushFeed) -> None:
    known = await live(pushed, person(1, episode(1, referral_no_further_action_flag=True, care_worker_details=[])))
    assert (known.child("Mirela").cases, known.child("Mirela").doubtful) == ((), ())


async def test_nothing_is_complete_while_something_that_was_refused_is_missing(pushed: PushFeed) -> None:
    await live(pushed)
    broken = person(2, social_care_episodes="none")
    assert (await pushed.post(BATCH, [person(1), broken])).status_code == 400
    answer = await pushed.post(COMPLETE, {"complete_to": LATER.isoformat()})
    assert (answer.status_code, "2 children were refused" in answer.json()["detail"]) == (409, True)
    assert fresh(await pushed.emitted()) == []
    await pushed.push(person(1))
    assert (await pushed.post(COMPLETE, {"complete_to": LATER.isoformat()})).status_code == 409
    await pushed.push(person(2))
    await pushed.complete(LATER)
    assert [one.as_of for one in fresh(await pushed.emitted())] == [LATER]


@pytest.mark.parametrize("at", [FIRST - timedelta(seconds=1), datetime.now(UTC) + timedelta(days=1)])
async def test_what_is_complete_goes_neither_back_nor_beyond_now(pushed: PushFeed, at: datetime) -> None:
    await live(pushed)
    assert (await pushed.post(COMPLETE, {"complete_to": at.isoformat()})).status_code == 409


async def test_after_a_raised_epoch_only_a_snapshot_is_believed(pushed: PushFeed) -> None:
    await live(pushed)
    await pushed.begin_again(2)
    await pushed.push(person(2))
    answer = await pushed.post(COMPLETE, {"complete_to": LATER.isoformat()})
    assert (answer.status_code, "as a snapshot" in answer.json()["detail"]) == (409, True)


async def test_a_feed_whose_records_come_another_way_takes_nothing(pushed: PushFeed) -> None:
    other = PushFeed(pushed.database, source="council", way="capture")
    other.token = pushed.token
    assert (await other.post(BATCH, [person(1)])).status_code == 409
    assert await pushed.rows("children") == []


async def test_nothing_that_was_pushed_is_in_a_log_line(pushed: PushFeed) -> None:
    with logged("feed") as lines:
        await live(pushed)
        await pushed.post(BATCH, [person(1, purge="C1-Tarnwick")])
    said = lines.getvalue()
    assert '"route": "/children_social_care_data/{la_code}/children"' in said
    assert [
        word for word in ("Mirela", "TARNWICK", "C1", "E1", "W1", SECRET, SUPPLIER, pushed.token) if word in said
    ] == []


async def test_what_could_not_be_committed_is_not_acknowledged(pushed: PushFeed) -> None:
    await pushed.database.execute(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE 'full' USING ERRCODE = '53100'; END $$"
    )
    await pushed.database.execute(
        "CREATE CONSTRAINT TRIGGER at_commit AFTER UPDATE ON push_standing DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION fail()"
    )
    answer = await pushed.post(BATCH, [person(1)])
    assert (answer.status_code, await pushed.rows("children")) == (503, [])
    await pushed.database.execute("DROP TRIGGER at_commit ON push_standing")
    await pushed.push(person(1))
