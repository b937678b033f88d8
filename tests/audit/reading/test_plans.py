"""However long the record, a page of it is a short walk: PostgreSQL's own account of what it read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from services.audit.reading import store
from services.audit.reading.commands import PAGE
from services.audit.reading.domain import Edge, EntryFilter
from tests.audit.world import CAUSE, NOON, minutes
from tests.support.databases import Clone

COUNT = 20_000
FILL = f"""
    INSERT INTO entry (index, entry_id, source, type, kind, known, at, correlation, actor, role, school, agreement,
                       children, purpose, outcome, headers, body)
    SELECT n, uuidv7(), 'lookup', 'lookup.SearchMade.v1', (ARRAY['SearchMade', 'SignedIn'])[1 + n % 2], true,
           timestamptz '2026-04-03 12:00Z' + n * interval '1 second', lpad((n / 2)::text, 32, '0')::uuid,
           lpad((n % 50)::text, 32, '0')::uuid, 'lead', (999000 + n % 40)::text, 'a', '{{}}',
           (ARRAY['welfare', 'records'])[1 + n % 2], (ARRAY['found', 'not_on_roll', 'call_team'])[1 + n % 3],
           '[]', '{{}}'
      FROM generate_series(0, {COUNT - 1}) AS n;
    INSERT INTO entry_child SELECT lpad((index % 200)::text, 32, '0')::uuid, at, index FROM entry;
    ANALYZE entry; ANALYZE entry_child;
"""
ONE, OTHER = UUID(int=1), UUID(int=2)
ASKS = {
    "everything": EntryFilter(),
    "person": EntryFilter(people=(ONE,)),
    "people": EntryFilter(people=tuple(UUID(int=n) for n in range(10))),
    "school": EntryFilter(school="999001"),
    "child": EntryFilter(children=(ONE,)),
    "children": EntryFilter(children=(ONE, OTHER)),
    "kind": EntryFilter(kind="SearchMade"),
    "purpose": EntryFilter(purpose="records"),
    "outcome": EntryFilter(outcome="call_team"),
    "a rare outcome": EntryFilter(outcome="narrow"),
    "correlation": EntryFilter(correlation=ONE),
    "time": EntryFilter(since=NOON + minutes(10), until=NOON + minutes(20)),
    "person and time": EntryFilter(people=(ONE,), since=NOON + minutes(10), until=NOON + minutes(200)),
}
EDGES = {
    "first page": None,
    "older": Edge(NOON + minutes(150), 9000),
    "newer": Edge(NOON + minutes(150), 9000, newer=True),
}


@pytest.fixture(autouse=True)
async def filled(audit: Clone) -> None:
    await audit.execute(FILL)


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def read(audit: Clone, wanted: EntryFilter, edge: Edge | None) -> int:
    """How many rows of the record were touched for one page."""
    order = "ASC" if edge and edge.newer else "DESC"
    args: list[object] = []
    places = store._places(wanted, edge, f"ORDER BY at {order}, index {order} LIMIT {PAGE + 1}", args)
    page = store.SHOWN.format(places=f"{places} ORDER BY at {order}, index {order} LIMIT {PAGE + 1}", order=order)
    async with audit.db.transaction(CAUSE) as tx:
        plan = await tx.value(f"EXPLAIN (ANALYZE, FORMAT JSON) {page}", *args)
    scans = [n for n in nodes(json.loads(plan)[0]["Plan"]) if n.get("Relation Name") in ("entry", "entry_child")]
    touched = [(n["Actual Rows"] + n.get("Rows Removed by Filter", 0)) * n["Actual Loops"] for n in scans]
    return sum(map(int, touched))


async def test_no_page_of_any_one_filter_reads_much_more_than_itself(audit: Clone) -> None:
    many = 10 * 3 * (PAGE + 1)  # ten people, each a page of places, of which one page is looked up in two tables
    for name, wanted in ASKS.items():
        for where, edge in EDGES.items():
            assert await read(audit, wanted, edge) <= many, f"{name}, {where}"
