"""Nights go by in a council that gives extracts, while a lead searches: no search fails, none is answered from half."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from deploy.demo import council, extract
from deploy.operate import databases
from tests.support import homes
from tests.support.people import Person, Portal, running
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

NIGHTS = 6
TAKEN_S = 60
SEARCHERS = 3
LEAD = council.workers()[0].name
KNOWN = [case for case in council.cases() if case.shows == "found" and LEAD in case.workers]
NIGHTS_WORKER = """
WITH tonight AS (INSERT INTO worker (name, job, team_id, phone, email)
                 VALUES ($1, 'social_worker', 2, '01632 960123', 'night@example.org') RETURNING id)
UPDATE allocation SET worker_id = tonight.id FROM tonight, person
 WHERE person.id = person_id AND person.upn = ANY($2) AND is_lead AND ends IS NULL
"""
"""Each night the known children have another lead worker, who is new. Whoever had them is gone."""
GONE = """
DELETE FROM worker WHERE name LIKE 'Night %' AND NOT EXISTS (SELECT FROM allocation WHERE worker_id = worker.id)
"""
HALF = "DELETE FROM allocation WHERE id % 2 = 0"


@pytest.fixture(scope="module")
async def portal() -> AsyncIterator[Portal]:
    with homes.home("extracts") as home:
        async with running(home, "--model", "ssd") as made:
            yield made


async def states(portal: Portal) -> list[str]:
    """What became of each extract, the newest first."""
    async with portal.sql("feed") as feed:
        return [row["state"] for row in await feed.fetch("SELECT state FROM refresh ORDER BY id DESC")]


async def night(portal: Portal, became: str) -> None:
    """Another extract is laid down, and dealt with."""
    before = len(await states(portal))
    source = databases.at(portal.places["source"], council.SOURCE)
    await extract.lay_down(source, portal.home / "extracts")
    await until(lambda: states(portal), lambda found: len(found) > before and found[0] == became, TAKEN_S)


class Search:
    """Asks for the known children again and again, and notes what was no whole answer."""

    def __init__(self, lead: Person) -> None:
        self.lead = lead
        self.asked = 0
        self.wrong: list[str] = []
        self.over = asyncio.Event()

    async def ask(self) -> None:
        newest = dict.fromkeys((case.upn for case in KNOWN), 0)
        while not self.over.is_set():
            for case in KNOWN:
                self.judge(await self.lead.search(case.upn, uuid4()), case.upn, newest)

    def judge(self, answer: httpx.Response, upn: str, newest: dict[str, int]) -> None:
        """An answer tells the worker of one night, and never of a night before the one that was told already."""
        self.asked += 1
        told = answer.json() if answer.status_code == httpx.codes.OK else {"outcome": str(answer.status_code)}
        workers = [one["name"] for one in told.get("workers") or () if one["lead"]]
        number = 0 if workers == [LEAD] else int(workers[0].removeprefix("Night ")) if len(workers) == 1 else -1
        if told["outcome"] != "found" or number < newest[upn]:
            self.wrong.append(f"{told['outcome']} {number} after {newest[upn]}")
        newest[upn] = max(newest[upn], number)


async def test_nights_go_by_and_every_answer_is_of_one_of_them(portal: Portal) -> None:
    search = Search(await portal.person("lead"))
    await until(lambda: search.lead.search(KNOWN[0].upn), lambda a: a.json().get("outcome") == "found", TAKEN_S)
    asking = [asyncio.create_task(search.ask()) for _ in range(SEARCHERS)]
    try:
        for number in range(1, NIGHTS + 1):
            async with portal.sql("council") as source:
                await source.execute(NIGHTS_WORKER, f"Night {number}", [case.upn for case in KNOWN])
                await source.execute(GONE)
            await night(portal, "taken")
    finally:
        search.over.set()
        await asyncio.gather(*asking)
    assert search.wrong == []
    assert search.asked > NIGHTS * SEARCHERS * len(KNOWN)
    last = await until(
        lambda: search.lead.search(KNOWN[0].upn), lambda a: a.json()["workers"][0]["name"] == f"Night {NIGHTS}", TAKEN_S
    )
    assert last.json()["outcome"] == "found"


async def test_a_night_with_half_the_involvements_is_held_until_somebody_releases_it(portal: Portal) -> None:
    lead = await portal.person("lead")
    async with portal.sql("council") as source:
        await source.execute(HALF)
    await night(portal, "held")
    answers = [(await lead.search(case.upn)).json() for case in KNOWN]
    assert all(told["workers"] for told in answers)
    number = json.loads(await portal.command("source", "status", "--json"))[0]["id"]
    await portal.command("source", "release", str(number), "--by", "A Person", "--reason", "it is so")
    await until(lambda: states(portal), lambda found: found[0] == "taken", TAKEN_S)
