"""One council, come by change data capture and by extracts: the same children, workers and teams are emitted."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from deploy.demo.cases import cases
from deploy.demo.extract import lay_down
from deploy.operate import databases
from services.feed.sources.council.tables import TABLES
from services.feed.trying.commands import dry_run
from shared.contracts import Event
from shared.contracts.feed import Child, Team, Worker
from tests.feed.extracts import SSD, ExtractFeed
from tests.feed.world import Feed, Row, Tape
from tests.support.databases import Clone
from tests.support.engines import Engines
from tests.support.source import Source, source

CHILDREN = 300
LEFT = ("revision", "child_id", "worker_id", "team_id")


@pytest.fixture(scope="module")
async def council(engines: Engines) -> AsyncIterator[Source]:
    async with source(engines.postgres, children=CHILDREN) as one:
        yield one


async def captured(council: Source) -> list[tuple[str, Row]]:
    """Every row as a snapshot of Debezium reads it."""
    async with databases.connected(council.dsn) as connection:
        return [
            (name, dict(row))
            for name, table in TABLES.items()
            for row in await connection.fetch(f"SELECT {', '.join(table.columns)} FROM {name} ORDER BY id")
        ]


def told(emitted: Sequence[Event]) -> dict[str, Any]:
    """What was said of each child (by UPN), worker (by e-mail) and team, with names in place of ids."""
    names: dict[UUID | None, str | None] = {None: None}
    names |= {e.worker_id: e.email for e in emitted if isinstance(e, Worker)}
    names |= {e.team_id: e.name for e in emitted if isinstance(e, Team)}
    found: dict[str, Any] = {}
    for state in emitted:
        match state:
            case Child():
                cases = [(names[c.team_id], c.starts, c.ends, c.doubtful) for c in state.cases]
                allocations = sorted((str(names[a.worker_id]), a.lead, a.starts, a.ends) for a in state.allocations)
                rest = state.model_dump(exclude={*LEFT, "cases", "allocations"})
                found[str(state.upn)] = rest | {"cases": cases, "allocations": allocations}
            case Worker():
                found[str(state.email) + state.name] = state.model_dump(exclude={*LEFT}) | {"in": names[state.team_id]}
            case Team():
                found[state.name] = state.model_dump(exclude={*LEFT})
    return found


async def test_what_is_emitted_is_the_same(
    council: Source, database: Callable[..., Awaitable[Clone]], tmp_path: Path
) -> None:
    capture = Feed(await database("feed"), tape := Tape())
    await capture.begin_again(1)
    await capture.ingest(tape.snapshot(100, *await captured(council)))
    await capture.catch_up()
    extracts = ExtractFeed(await database("feed"), tmp_path)
    await extracts.restart()
    await lay_down(council.dsn, tmp_path)
    await extracts.take()
    assert await extracts.became() == [("taken", [])]
    one, other = told(await capture.emitted()), told(await extracts.emitted())
    assert len(one) > CHILDREN
    assert sum(isinstance(state, dict) and bool(state.get("allocations")) for state in one.values()) > 10
    assert {key: state for key, state in other.items() if one.get(key) != state} == {}
    assert other.keys() == one.keys()


async def test_a_dry_run_tells_of_it_in_numbers(council: Source, tmp_path: Path) -> None:
    await lay_down(council.dsn, tmp_path)
    now = datetime.now(UTC)
    tried = dry_run(next(tmp_path.iterdir()), SSD, now, now.date())
    known = [case for case in cases() if case.restricted]
    assert (tried.counts["children"], tried.counts["teams"]) == (CHILDREN, 8)
    assert tried.pairs["linked"] == tried.counts["people"] > 20
    assert tried.counts["restricted children"] >= len(known)
    assert tried.counts["children on a roll"] == CHILDREN
    assert (tried.counts["children in doubt"], tried.left_out) == (0, {})
