"""A child of another school and one that nobody knows: the same words, status, size and work, however it is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.lookup.matching.domain import born_sought, keys_sought
from services.lookup.records.domain import name_key
from services.lookup.searching import store
from shared.contracts.feed import SOURCE_KEY
from shared.matching import Sought
from tests.lookup.world import BORN, OTHER_SCHOOL, UNKNOWN_UPN, UPN, Lookup, by_name, child, on_roll, question
from tests.support.web import SCHOOL

NOBODY = by_name("Zebedee", "Wrangham", date(2011, 11, 28))
ASKED = {
    "by upn": ({"upn": UPN}, {"upn": UNKNOWN_UPN}),
    "exactly": (by_name(), NOBODY),
    "misspelt": (by_name("Mirra"), NOBODY),
    "swapped": (by_name(born=date(2014, 3, 4)), NOBODY),
    "in part": (by_name() | {"born": "2014-04-XX"}, NOBODY | {"born": "2011-11-XX"}),
}


@pytest.fixture
async def two_schools(lookup: Lookup) -> Lookup:
    """Mira, her brothers and sisters are on the other school's roll; this one has as many others."""
    theirs = [child(upn=None, given_name=name, rolls=(on_roll(OTHER_SCHOOL),)) for name in ("Mirra", "Myra", "Tom")]
    ours = [child(upn=None, given_name=name, family_name=name, born=date(2010, 1, 9)) for name in ("Ada", "Bo", "Cy")]
    await lookup.keep(child(rolls=(on_roll(OTHER_SCHOOL),)), *theirs, *ours)
    return lookup


@pytest.mark.parametrize("asked", ASKED)
async def test_the_answers_are_the_same_to_the_byte_but_for_their_number(two_schools: Lookup, asked: str) -> None:
    seen = []
    for one in ASKED[asked]:
        response = await two_schools.web.post("/searches", question(**one), two_schools.who)
        headers = {name: value for name, value in response.headers.items() if "correlation" not in name}
        body = json.loads(response.content)
        seen.append((response.status_code, len(response.content), headers, {**body, "search_id": ""}))
    assert seen[0] == seen[1]
    facts = await two_schools.facts()
    assert [(fact["outcome"], fact["children"], fact["differs"]) for fact in facts] == [("not_on_roll", [], [])] * 2


def nodes(plan: dict[str, Any]) -> Iterator[tuple[object, ...]]:
    """What each part of a plan did: which index or table it looked at, how many rows it gave and passed over, and how
    many pages it touched."""
    where = plan.get("Index Name") or plan.get("Relation Name") or plan["Node Type"]
    touched = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    yield where, plan["Actual Rows"], plan["Actual Loops"], plan.get("Rows Removed by Filter"), touched
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


@pytest.mark.parametrize("asked", [name for name in ASKED if name != "by upn"])
async def test_the_statement_does_the_same_work_and_finds_nothing_among_the_keys(
    two_schools: Lookup, asked: str
) -> None:
    done = []  # the first two are not looked at: a new connection reads the catalogue
    async with two_schools.clone.db.by_itself("test") as tx:
        await tx.execute("SET LOCAL enable_seqscan = off")  # tables this small would be read whole
        for one in (*ASKED[asked], *ASKED[asked]):
            sought = Sought(one["given_name"], one["family_name"], born_sought(one["born"]))
            keys = keys_sought(SCHOOL, sought)
            born = None if "XX" in one["born"] else date.fromisoformat(one["born"])
            key = name_key(sought.given_name, sought.family_name)
            args = (SCHOOL, BORN, SOURCE_KEY, key, born, keys.on_roll, keys.anywhere)
            plan = await tx.value(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {store.BY_NAME}", *args)
            done.append(list(nodes(json.loads(plan)[0]["Plan"])))
    assert done[2] == done[3]
    assert ("roll_by_keys", 0) in [node[:2] for node in done[2]]
