"""`python -m bench.leaking ADMIN`: whether a child is ever answered to a school that does not have it at that moment.

Children move between schools, in lookup's own projections, while schools search for them by UPN, by name and by a name
that is misspelt, all at random and at once, in a real database. Not to be run across midnight, when rolls change too.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import inf
from random import Random
from uuid import UUID, uuid4

import structlog

from bench.figures import Figure, Measured, show
from bench.finding import by_name, by_upn, misspelt
from bench.register.making import Invented, Making
from deploy.operate import databases
from deploy.operate.migrate import migrate
from deploy.services import FOLDER, ROOT
from services.lookup.records import projections
from services.lookup.searching.commands import SearchChild, search_child
from shared.clock import today
from shared.contracts.feed import Child, Freshness, Roll
from shared.database.pool import Database, connect
from shared.database.tx import Cause
from shared.events.freshness import FRESHNESS
from shared.web.tokens import Caller

NAME = "bench_leaking"
SCHOOLS = ("900001", "900002", "900003")
CHILDREN = 400
STEPS = 100_000
SEARCHERS = 3
LIMIT = timedelta(days=1)
QUESTIONS = (by_upn, by_name, misspelt)


@dataclass
class OnRolls:
    """On which rolls a child is, from `since` until `until` (of this process's clock): at the edges of a move, both."""

    since: float
    schools: frozenset[str]
    until: float = inf


@dataclass
class MovingChild:
    """A child, and on which rolls it was when."""

    invented: Invented
    child_id: UUID = field(default_factory=uuid4)
    history: list[OnRolls] = field(default_factory=list)

    def on(self, began: float, ended: float) -> list[frozenset[str]]:
        """What may have been true at some moment between these."""
        return [one.schools for one in self.history if one.since <= ended and one.until >= began]


class Leaking:
    """One run. `leaks`: a child shown to a school that did not have it; `missed`: one on the roll, and not known."""

    def __init__(self, db: Database, steps: int, seed: int) -> None:
        self.db, self.left, self.rng = db, steps, Random(seed)
        roll = Making(seed, whole=True).roll(CHILDREN)
        self.children = [MovingChild(one) for one in (*roll.here, *roll.relatives)]
        self.by_id = {one.child_id: one for one in self.children}
        self.moves = self.searches = self.shown = self.leaks = self.missed = 0

    async def run(self) -> None:
        await self.keep_fresh()
        await self.move(self.children)
        await asyncio.gather(self.movers(), *(self.searchers() for _ in range(SEARCHERS)))

    async def keep_fresh(self) -> None:
        fresh = Freshness(revision=1, as_of=datetime.now(UTC))
        async with self.db.transaction(Cause("bench", uuid4())) as tx:
            await FRESHNESS.put(tx, [fresh])

    async def movers(self) -> None:
        while self.left > 0:
            await self.move(self.rng.sample(self.children, self.rng.randint(1, 4)))
            await asyncio.sleep(0)

    async def move(self, several: list[MovingChild]) -> None:
        """In one transaction, as one delivery is projected."""
        self.left, self.moves = self.left - 1, self.moves + 1
        states = []
        for one in several:
            rolls = tuple(self.roll(at) for at in self.rng.sample(SCHOOLS, self.rng.choice((0, 1, 1, 1, 2))))
            day = today(datetime.now(UTC))
            now_on = frozenset(roll.school for roll in rolls if roll.starts <= day < (roll.ends or date.max))
            one.history.append(OnRolls(time.perf_counter(), now_on))
            states.append(_state(one, len(one.history), rolls))
        async with self.db.transaction(Cause("bench", uuid4())) as tx:
            await projections.put_children(tx, states)
        for one in several:
            for before in one.history[:-1]:
                before.until = min(before.until, time.perf_counter())

    def roll(self, school: str) -> Roll:
        """Of now mostly; or of before, or of what is to come."""
        starts, ends = self.rng.choice(((-300, None), (-300, None), (0, None), (-300, 20), (-300, 0), (1, None)))
        day = today(datetime.now(UTC))
        ended = day + timedelta(days=ends) if ends is not None else None
        return Roll(school=school, starts=day + timedelta(days=starts), ends=ended)

    async def searchers(self) -> None:
        while self.left > 0:
            self.left, self.searches = self.left - 1, self.searches + 1
            await self.search(self.rng.choice(self.children), self.rng.choice(SCHOOLS))

    async def search(self, asked_for: MovingChild, school: str) -> None:
        question = self.rng.choice(QUESTIONS)(asked_for.invented)
        lead = Caller(uuid4(), uuid4(), "lead", school, "0" * 64)
        began = time.perf_counter()
        async with self.db.transaction(Cause(str(lead.account), uuid4())) as tx:
            answer = (await search_child(tx, lead, SearchChild(question, "welfare"), LIMIT)).answer
        ended = time.perf_counter()
        shown = self.by_id[answer.child.child_id] if answer.child else None
        if shown:
            self.shown += 1
            self.leaks += not any(school in schools for schools in shown.on(began, ended))
        elif question.upn:
            always = all(school in schools for schools in asked_for.on(began, ended))
            self.missed += always and answer.outcome == "not_on_roll"


def _state(one: MovingChild, revision: int, rolls: tuple[Roll, ...]) -> Child:
    child = one.invented
    return Child(
        revision=revision, child_id=one.child_id, upn=child.upn, given_name=child.given_name,
        family_name=child.family_name, born=child.born, rolls=rolls,
    )  # fmt: skip


async def measure(admin: str, steps: int = STEPS, seed: int = 20261202) -> Measured:
    """`admin`: the DSN of a PostgreSQL where a database may be made and dropped."""
    async with databases.connected(admin) as server:
        await server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {NAME}")
        async with AsyncExitStack() as stack:
            stack.push_async_callback(server.execute, f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
            dsn = databases.at(admin, NAME)
            await migrate(dsn, ROOT / "shared/migrations", FOLDER / "lookup/migrations")
            db = await connect(dsn, "lookup", pool_max=SEARCHERS + 1)
            stack.push_async_callback(db.close)
            run = Leaking(db, steps, seed)
            await run.run()
    return _told(run, seed)


def _told(run: Leaking, seed: int) -> Measured:
    beside = f"{run.searches:,} searches, {run.moves:,} moves; {run.shown:,} times a child was shown; seed {seed}"
    figures = [
        Figure("answered to a school that does not have the child", "", run.leaks, None, beside, "0", run.leaks == 0),
        Figure("on the roll, and not known by its UPN", "", run.missed, None, "", "0", run.missed == 0),
    ]
    faults = [f"{one.what}: {one.ours:.0f}" for one in figures if not one.met]
    return Measured(figures, {"shown": run.shown}, faults)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.leaking", description=__doc__)
    parser.add_argument("admin", help="an administrator's DSN of a PostgreSQL that nobody minds")
    parser.add_argument("--steps", type=int, default=STEPS, help="searches and moves together")
    parser.add_argument("--seed", type=int, default=20261202)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    show([asyncio.run(measure(given.admin, given.steps, given.seed))], [])


if __name__ == "__main__":
    main()
