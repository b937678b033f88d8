"""One council, come by change data capture and by payloads with lists and uploaded rolls: schools are told the same.

What a payload cannot tell is passed over here: which of several workers leads, the team of a case, early help, and a
worker of a child who never had a case. A roll that is uploaded begins with its upload.
"""

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from deploy.operate import databases
from shared.clock import today
from shared.contracts import Event
from shared.contracts.feed import Child, Team, Worker
from tests.feed.pushing.world import PushFeed
from tests.feed.refreshing.test_same_council import captured
from tests.feed.world import Feed, Tape
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.source import Source, source

CHILDREN, AT_ONCE = 300, 100
TODAY = today(datetime.now(UTC))
TOLD_ELSEWHERE = """
person_id IN (SELECT person_id FROM involvement WHERE plan = 'early_help')
OR person_id NOT IN (SELECT person_id FROM involvement) AND person_id IN (SELECT person_id FROM allocation)
"""
PAYLOAD = """
SELECT jsonb_strip_nulls(jsonb_build_object(
         'la_child_id', 'c' || id, 'mis_child_id', '9', 'purge', false,
         'child_details', jsonb_build_object(
           'unique_pupil_number', upn, 'first_name', given, 'surname', upper(family), 'date_of_birth', born),
         'social_care_episodes', (
           SELECT jsonb_agg(jsonb_build_object(
                    'social_care_episode_id', 'e' || i.id, 'referral_date', opened, 'closure_date', closed,
                    'referral_no_further_action_flag', false,
                    'child_protection_plans', jsonb_build_array(jsonb_build_object('child_protection_plan_id', plan)),
                    'care_worker_details', (
                      SELECT jsonb_agg(jsonb_build_object(
                               'worker_id', 'n' || worker_id, 'start_date', starts, 'end_date', ends))
                        FROM allocation
                       WHERE person_id = p.id AND i.id = (SELECT max(id) FROM involvement WHERE person_id = p.id))))
             FROM involvement i WHERE person_id = p.id)))::text AS element
  FROM person p
 WHERE restricted OR id IN (SELECT person_id FROM involvement) OR id IN (SELECT person_id FROM allocation)
 ORDER BY id
"""
STAFF = """
SELECT to_jsonb(w) || jsonb_build_object('staff_id', 'n' || id, 'team_id', 't' || team_id) AS row
  FROM worker w ORDER BY id
"""
RESTRICTED = "SELECT 'c' || id AS id FROM person WHERE restricted"
TEAMS = "SELECT to_jsonb(t) || jsonb_build_object('team_id', 't' || id) AS row FROM team t ORDER BY id"
ON_ROLL = """
SELECT urn, upn, given, family, to_char(born, 'DD/MM/YYYY') AS born
  FROM school_history JOIN person ON person.id = person_id
 WHERE starts <= $1 AND (ends IS NULL OR ends > $1) AND upn IS NOT NULL ORDER BY urn, upn
"""


@pytest.fixture(scope="module")
async def council(engines: Engines) -> AsyncIterator[Source]:
    async with source(engines.postgres, children=CHILDREN) as one:
        yield one


async def push_all(pushed: PushFeed, council: Source) -> None:
    """Rolls by their schools, lists, and a day's batches of the DfE's size."""
    async with databases.connected(council.dsn) as connection:
        rolls: dict[str, list[list[str]]] = defaultdict(list)
        for urn, *cells in map(tuple, await connection.fetch(ON_ROLL, TODAY)):
            rolls[urn].append(cells)
        restricted = [row["id"] for row in await connection.fetch(RESTRICTED)]
        staff = [json.loads(row["row"]) for row in await connection.fetch(STAFF)]
        teams = [json.loads(row["row"]) for row in await connection.fetch(TEAMS)]
        elements = [json.loads(row["element"]) for row in await connection.fetch(PAYLOAD)]
    for urn, lines in rolls.items():
        await pushed.upload(urn, lines)
    await pushed.give_list("restricted", restricted)
    await pushed.give_list("staff", staff)
    await pushed.give_list("teams", teams)
    for begins in range(0, len(elements), AT_ONCE):
        await pushed.push(*elements[begins : begins + AT_ONCE])
    await pushed.complete()


def told(emitted: Sequence[Event]) -> dict[str, Any]:
    """What a school is told of each child on a roll (by UPN), of each worker and each team, with names for ids."""
    names: dict[UUID | None, str | None] = {None: None}
    names |= {e.worker_id: f"{e.email} {e.name}" for e in emitted if isinstance(e, Worker)}
    names |= {e.team_id: e.name for e in emitted if isinstance(e, Team)}
    found: dict[str, Any] = {}
    for state in emitted:
        match state:
            case Child() if state.upn and state.rolls:
                on = sorted(r.school for r in state.rolls if r.starts <= TODAY and (r.ends is None or r.ends > TODAY))
                open_since = sorted((case.starts, str(case.ends)) for case in state.cases)
                workers = sorted((str(names[a.worker_id]), a.starts, str(a.ends)) for a in state.allocations)
                who = (state.given_name, state.family_name, state.born, state.restricted, state.doubtful)
                found[state.upn] = (who, on, open_since, workers)
            case Worker():
                rest = state.model_dump(exclude={"revision", "worker_id", "team_id"})
                found[str(names[state.worker_id])] = rest | {"in": names[state.team_id]}
            case Team():
                found[state.name] = state.model_dump(exclude={"revision", "team_id"})
    return found


async def test_what_schools_are_told_is_the_same(
    council: Source, database: Callable[..., Awaitable[Clone]], pushed: PushFeed
) -> None:
    capture = Feed(await database("feed"), tape := Tape())
    await capture.begin_again(1)
    await capture.ingest(tape.snapshot(100, *await captured(council)))
    await capture.catch_up()
    await push_all(pushed, council)
    async with databases.connected(council.dsn) as connection:
        elsewhere = await connection.fetch(f"SELECT upn FROM person p (person_id) WHERE {TOLD_ELSEWHERE}")
    one, other = told(await capture.emitted()), told(await pushed.emitted())
    for key in {row["upn"] for row in elsewhere}:
        one.pop(key, None)
        other.pop(key, None)
    differing = {key: (one.get(key), state) for key, state in other.items() if one.get(key) != state}
    assert differing == {}
    missing = one.keys() - other.keys()
    assert {key: one[key] for key in missing if one[key][1]} == {}
    children = [state for state in other.values() if isinstance(state, tuple)]
    assert len(children) > CHILDREN / 2
    assert sum(bool(workers) for *_, workers in children) > 10
    assert any(who[3] for who, *_ in children)
