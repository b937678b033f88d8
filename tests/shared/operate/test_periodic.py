"""Periodic work: one runner of each work at a time, another takes over; and the inbox is tidied of old notes alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from shared.database.pool import Database, connect
from shared.events import facts
from shared.events.facts import NOTE_LIFE_DAYS, tidy_inbox
from shared.manifest import Periodic
from shared.operate import periodic
from shared.operate.periodic import Runner
from shared.settings import ServiceSettings
from tests.support.databases import Clone
from tests.support.until import until


@dataclass
class Work:
    """Work that notes who is at it, and stays until it is let go."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    at_it: list[str] = field(default_factory=list)
    most: int = 0
    rounds: int = 0
    failing: bool = False

    def of(self, process: str, name: str = "count") -> Periodic:
        async def work(_: Database, __: object) -> None:
            self.at_it.append(process)
            self.most, self.rounds = max(self.most, len(self.at_it)), self.rounds + 1
            try:
                if self.failing:
                    raise RuntimeError
                await self.let_go.wait()
            finally:
                self.at_it.remove(process)

        return Periodic(name=name, every_s=0.01, work=work)

    async def who(self) -> list[str]:
        return list(self.at_it)

    async def times(self) -> int:
        return self.rounds


@contextlib.asynccontextmanager
async def process(suite: Clone, *works: Periodic, pool_max: int = 8) -> AsyncIterator[asyncio.Task[None]]:
    """A process of its own as far as PostgreSQL can see: a pool, and a runner on it."""
    database = await connect(suite.dsn, "suite", pool_max=pool_max)
    task = asyncio.create_task(Runner(database, ServiceSettings(), works).run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await database.close()


def witness() -> Work:
    """Work of the second process alone, at the same pace: when it was done so often, the other was tried as often."""
    work = Work()
    work.let_go.set()
    return work


async def test_two_processes_never_do_one_work_at_once(suite: Clone) -> None:
    work = Work()
    async with process(suite, work.of("first")):
        await until(work.who, bool)
        beside = witness()
        async with process(suite, work.of("second"), beside.of("second", "beside")):
            await until(beside.times, lambda rounds: rounds >= 20)
            assert (work.at_it, work.most) == (["first"], 1)
            work.let_go.set()
            await until(work.times, lambda rounds: rounds >= 20)
            assert work.most == 1


async def test_another_process_takes_over_when_the_first_has_ended(suite: Clone) -> None:
    work = Work()
    async with process(suite, work.of("second")) as second:
        await until(work.who, bool)
        beside = witness()
        async with process(suite, work.of("first"), beside.of("first", "beside")):
            await until(beside.times, lambda rounds: rounds >= 5)
            second.cancel()
            await until(work.who, lambda who: who == ["first"])
    assert work.most == 1


async def test_works_of_different_names_do_not_wait_for_one_another(suite: Clone) -> None:
    slow, quick = Work(), Work()
    async with process(suite, slow.of("one", "slow"), quick.of("one", "quick")):
        await until(slow.who, bool)
        await until(quick.who, bool)


async def test_all_locks_take_one_connection_however_much_work_there_is(suite: Clone) -> None:
    works = [Work() for _ in range(12)]
    async with process(suite, *(work.of("one", f"work {n}") for n, work in enumerate(works)), pool_max=2):
        for work in works:
            await until(work.who, bool)


async def test_when_the_locks_are_lost_the_work_is_cut_off_and_begun_anew(
    suite: Clone, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periodic, "AGAIN_S", 0.05)
    held, quick = Work(), witness()
    async with process(suite, held.of("one", "held"), quick.of("one", "quick")):
        await until(held.who, bool)
        async with suite.db.session() as conn:
            await conn.execute(
                """
                SELECT pg_terminate_backend(pid) FROM pg_locks
                 WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
                   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """
            )
        await until(held.times, lambda rounds: rounds >= 2)
    assert held.most == 1


async def test_work_that_fails_is_done_again_at_the_next_round(suite: Clone) -> None:
    work = Work(failing=True)
    async with process(suite, work.of("one")) as task:
        await until(work.times, lambda rounds: rounds >= 3)
        assert not task.done()


async def test_a_round_that_takes_too_long_is_cut_off(suite: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "ROUND_MAX_S", 0.05)
    work = Work()
    async with process(suite, work.of("one")):
        await until(work.times, lambda rounds: rounds >= 2)
    assert work.most == 1


async def noted(suite: Clone, *ages_days: float) -> None:
    for age in ages_days:
        await suite.execute(
            "INSERT INTO inbox VALUES ('suite.keep', 'lookup', gen_random_uuid(), now() - make_interval(secs => $1))",
            age * 24 * 60 * 60,
        )


async def test_only_notes_that_no_topic_can_deliver_again_are_forgotten(suite: Clone) -> None:
    await noted(suite, 0, 35, NOTE_LIFE_DAYS - 0.01, NOTE_LIFE_DAYS + 0.01, 400)
    await tidy_inbox(suite.db, ServiceSettings())
    ages = await suite.rows("SELECT round(extract(epoch FROM now() - at) / 86400) AS days FROM inbox ORDER BY at")
    assert [int(str(row["days"])) for row in ages] == [NOTE_LIFE_DAYS, 35, 0]


async def test_one_round_of_tidying_is_bounded(suite: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "NOTES_MAX", 2)
    await noted(suite, 50, 51, 52, 53, 54)
    await tidy_inbox(suite.db, ServiceSettings())
    assert await suite.value("SELECT count(*) FROM inbox") == 3


async def test_every_worker_tidies_its_inbox(suite: Clone) -> None:
    await noted(suite, 400)
    async with process(suite):
        await until(lambda: suite.value("SELECT count(*) FROM inbox"), lambda count: count == 0)
