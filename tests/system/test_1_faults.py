"""Parts are killed while people work: every acknowledged act has exactly one entry, and none has two."""

from __future__ import annotations

import asyncio
import os
import signal
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import httpx
import pytest

from deploy.demo.cases import cases
from tests.support.people import Person, Portal
from tests.support.until import until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

FOUND = next(case for case in cases() if case.shows == "found")
BACK_S = 120
AROUND = 5  # acknowledged searches before and after each fault


@dataclass
class Searching:
    """Somebody who searches without end, and what became of each question."""

    person: Person
    acknowledged: set[UUID] = field(default_factory=set)
    asked: set[UUID] = field(default_factory=set)

    async def run(self) -> None:
        while True:
            correlation = uuid4()
            self.asked.add(correlation)
            try:
                answer = await self.person.search(FOUND.upn, correlation)
            except httpx.HTTPError:
                self.person.tokens = {}
                continue
            if answer.status_code == 200:
                self.acknowledged.add(correlation)
            elif answer.status_code == 401:
                self.person.tokens = {}

    async def more(self, count: int = AROUND) -> None:
        """Return when so many more have been acknowledged."""
        goal = len(self.acknowledged) + count
        await until(lambda: _size(self.acknowledged), lambda size: size >= goal, BACK_S)


async def _size(of: set[UUID]) -> int:
    return len(of)


@asynccontextmanager
async def searching(portal: Portal):
    work = Searching(await portal.person("lead"))
    task = asyncio.create_task(work.run())
    try:
        await work.more()
        yield work
        await work.more()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def entries(portal: Portal, of: set[UUID]) -> Counter[UUID]:
    """How many entries of a search the record holds for each of these acts."""
    async with portal.sql("audit") as record:
        rows = await record.fetch(
            "SELECT correlation FROM entry WHERE kind = 'SearchMade' AND correlation = ANY($1)", list(of)
        )
    return Counter(row["correlation"] for row in rows)


async def settled(portal: Portal, work: Searching) -> Counter[UUID]:
    """The record once it holds every act that was acknowledged."""

    async def missing() -> int:
        return len(work.acknowledged - (await entries(portal, work.acknowledged)).keys())

    await until(missing, lambda count: count == 0, BACK_S)
    return await entries(portal, work.asked)


async def kill(portal: Portal, part: str) -> None:
    """SIGKILL, and return when another process stands in its place."""
    before = await portal.pid(part)
    os.kill(before, signal.SIGKILL)
    await until(lambda: portal.pid(part), lambda now: now != before, BACK_S)


@pytest.mark.parametrize("part", ["lookup", "audit", "identity", "kafka", "postgres", "source", "connect", "feed"])
async def test_whatever_is_killed_every_acknowledged_search_has_exactly_one_entry(portal: Portal, part: str):
    async with searching(portal) as work:
        await kill(portal, part)
        await work.more()
    found = await settled(portal, work)
    assert work.acknowledged <= found.keys() <= work.asked
    assert set(found.values()) == {1}


async def test_while_kafka_is_stopped_searches_answer_and_their_facts_wait_and_flow(portal: Portal):
    lead = await portal.person("lead")
    assert (await lead.search(FOUND.upn)).status_code == 200
    broker, correlation = await portal.pid("kafka"), uuid4()
    os.kill(broker, signal.SIGSTOP)
    try:
        answer = await lead.search(FOUND.upn, correlation)
        ready = await portal.client.get(f"{portal.places['lookup_operations']}/healthz")
    finally:
        os.kill(broker, signal.SIGCONT)
    assert (answer.status_code, answer.json()["outcome"], ready.status_code) == (200, "found", 200)
    assert await until(lambda: entries(portal, {correlation}), within_s=BACK_S) == {correlation: 1}


async def test_while_postgresql_is_stopped_there_is_no_answer_and_nothing_is_set_aside(portal: Portal):
    lead = await portal.person("lead")
    token = await lead.token("lookup")
    assert token
    assert (await lead.search(FOUND.upn)).status_code == 200
    await _stop_postgres(portal, lead)
    answer = await until(lambda: lead.search(FOUND.upn), lambda answer: answer.status_code == 200, BACK_S)
    assert answer.json()["outcome"] == "found"
    assert (await portal.command("dead", "list")).strip() in ("", "Nothing is set aside.")


async def _stop_postgres(portal: Portal, lead: Person) -> None:
    """Kill it, again if need be, until a question has been refused for it."""
    for _ in range(20):
        before = await portal.pid("postgres")
        os.kill(before, signal.SIGKILL)
        answer = await lead.search(FOUND.upn)
        assert answer.status_code in (200, 503)
        await until(lambda: portal.pid("postgres"), lambda now, before=before: now != before, BACK_S)
        if answer.status_code == 503:
            assert FOUND.family_name not in answer.text
            assert answer.json()["type"] == "/problems/no-record"
            return
    raise AssertionError("PostgreSQL was killed twenty times, and every question was answered")


async def test_a_killed_connector_task_is_started_again_and_changes_flow(portal: Portal):
    lead = await portal.person("lead")
    await kill(portal, "source")  # which also ends the connector's replication
    await until(lambda: portal.ready("source"), within_s=BACK_S)
    before = (await until(lambda: lead.search(FOUND.upn), lambda a: a.status_code == 200, BACK_S)).json()["workers"][0]
    await portal.command("demo", "reallocate")

    async def worker() -> str:
        answer = await lead.search(FOUND.upn)
        workers = answer.json().get("workers") or [before]
        return workers[0]["name"]

    await until(worker, lambda name: name != before["name"], BACK_S)
