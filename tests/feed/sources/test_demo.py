"""The demo council: nobody in it is real, everybody who shows something is there, and it is the same each time."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import date
from typing import cast

import pytest

from deploy.connect import connector
from deploy.demo import council
from deploy.demo.cases import cases
from deploy.demo.upn import AUTHORITY, upn
from deploy.operate import databases
from services.feed.sources.council.tables import TABLES
from tests.support.engines import Engines
from tests.support.source import Source, source

DRAMA = re.compile(r"01632 960\d{3}|07700 900\d{3}")
"""Numbers that Ofcom keeps for drama: https://www.ofcom.org.uk, telephone numbers for use in TV and radio drama."""


@pytest.fixture
async def made(engines: Engines) -> AsyncIterator[Source]:
    async with source(engines.postgres, children=400) as one:
        yield one


async def rows(made: Source, sql: str) -> list[dict[str, object]]:
    async with databases.connected(made.dsn) as connection:
        return [dict(row) for row in await connection.fetch(sql)]


@pytest.mark.parametrize("known", ["B801200005001", "L850200023001", "V850100015012", "X85020002300A"])
def test_the_check_letter_is_the_one_of_the_guide(known: str) -> None:
    assert upn(known[1:]) == known


async def test_every_upn_is_right_and_nobodys(made: Source) -> None:
    found = [str(row["upn"]) for row in await rows(made, "SELECT upn FROM person")]
    assert len(found) == len(set(found)) == 400
    assert all(one == upn(one[1:]) and one[1:4] == AUTHORITY for one in found)


async def test_every_number_is_for_drama_and_every_address_nobodys(made: Source) -> None:
    people = await rows(made, "SELECT phone, email FROM worker")
    teams = await rows(made, "SELECT duty_phone, out_of_hours_phone FROM team")
    numbers = [row["phone"] for row in people] + [value for row in teams for value in row.values()]
    assert all(DRAMA.fullmatch(str(number)) for number in numbers if number)
    assert all(str(row["email"]).endswith("@example.org") for row in people)


async def test_every_known_child_is_there_and_a_second_load_changes_nothing(made: Source) -> None:
    before = await rows(made, "SELECT * FROM person ORDER BY id")
    assert [row["upn"] for row in before[: len(cases())]] == [case.upn for case in cases()]
    assert await council.load(made.dsn, schools=9, children=9000, seed=9) == 400
    assert await rows(made, "SELECT * FROM person ORDER BY id") == before


async def test_the_same_seed_and_day_make_the_same_council(engines: Engines, made: Source) -> None:
    async with source(engines.postgres, children=400) as twin:
        for table in ("person", "school_history", "involvement", "allocation", "worker"):
            everything = f"SELECT * FROM {table} ORDER BY id"
            assert await rows(made, everything) == await rows(twin, everything)


def test_known_children_show_every_outcome_that_a_child_can_show() -> None:
    assert {case.shows for case in cases()} == {"found", "no_open_case", "not_on_roll", "call_team", "narrow"}
    assert len([case for case in cases() if case.shows == "narrow"]) == 6
    assert all(case.born < date(2026, 1, 1) for case in cases())


def test_schools_are_the_same_however_many_are_asked_for_and_differ() -> None:
    many = council.schools(2000)
    assert council.schools(3) == many[:3]
    assert len({urn for urn, _ in many}) == len({name for _, name in many}) == 2000
    assert all(re.fullmatch(r"99\d{4}", urn) for urn, _ in many)


async def test_a_child_is_moved_and_moved_back_and_always_has_one_lead(made: Source) -> None:
    first, second = await council.reallocate(made.dsn), await council.reallocate(made.dsn)
    assert (first.before, first.after) == (second.after, second.before)
    assert first.upn == cases()[0].upn
    open_leads = "SELECT count(*) FROM allocation WHERE person_id = 1 AND is_lead AND ends IS NULL"
    assert [row["count"] for row in await rows(made, open_leads)] == [1]


async def test_its_publication_names_what_the_connector_captures(made: Source) -> None:
    """What is not published cannot be captured by a wrong setting; what is captured must be published."""
    found = await rows(made, "SELECT tablename, attnames::text[] FROM pg_publication_tables WHERE pubname = 'portal'")
    published = {row["tablename"]: set(cast("list[str]", row["attnames"])) for row in found}
    assert published == {name: set(table.columns) for name, table in TABLES.items()}
    assert connector(host="", port=1, database="", user="", password="")["table.include.list"] == ",".join(
        f"public.{name}" for name in TABLES
    )
