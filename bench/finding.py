"""How long the query part of a search takes, by UPN and by name, in a council and in larger ones.

Without HTTP and without a record. And whether a child of another school and an unknown one can be told apart by the
time that it takes.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random
from statistics import median
from typing import Any
from uuid import UUID, uuid4

import structlog

from bench.figures import MS, Figure, Measured, p99, show, spread
from bench.register.making import Invented, Making
from deploy.operate import databases
from deploy.operate.migrate import migrate
from deploy.services import FOLDER, ROOT
from services.lookup.matching.domain import Named, keys_on_roll
from services.lookup.records.domain import name_key
from services.lookup.searching import domain, store
from services.lookup.searching.domain import Question
from shared import matching
from shared.database.pool import Database, connect
from shared.matching import BornSought

ROLL = 430
CASES = 0.10
WORKERS = 400
CHUNK = 20_000
SEARCHES = 2_000
WARM = 200
COUNCIL = 300_000
STARTED = date(2020, 9, 1)
TODAY = date(2026, 9, 1)
AIM_MS = 5.0
AIM_GROWTH = 1.3
NAME = "bench_finding"
TABLES = {
    "child": ("child_id", "given_name", "family_name", "born", "restricted", "ended", "revision"),
    "roll": ("child_id", "school", "starts", "upn", "name_key", "born", "keys", "keys_version"),
    "open_case": ("child_id", "team_id", "starts"),
    "allocation": ("child_id", "worker_id", "lead", "starts"),
}
Row = tuple[Any, ...]


@dataclass
class FilledCouncil:
    """A database of lookup's own, filled; of some schools the children are known, to ask for them."""

    db: Database
    schools: list[str]
    known: dict[str, list[Invented]]
    bytes_each: float


def urn(number: int) -> str:
    return str(100_000 + number)


def rolls(children: int) -> Iterator[tuple[str, tuple[Invented, ...]]]:
    """Schools and their children, as the register has them."""
    making = Making(seed=20261130, whole=True)
    for number in range(children // ROLL):
        yield urn(number), making.roll(ROLL).here


def rows(school: str, child: Invented, workers: Sequence[UUID], rng: Random) -> dict[str, list[Row]]:
    """What lookup keeps of one child."""
    child_id, named = uuid4(), Named(child.given_name, child.family_name, child.born)
    has_case = rng.random() < CASES
    worker = rng.choice(workers)
    keys, name = keys_on_roll(school, named), name_key(child.given_name, child.family_name)
    return {
        "child": [(child_id, child.given_name, child.family_name, child.born, rng.random() < 0.002, False, 1)],
        "roll": [(child_id, school, STARTED, child.upn, name, child.born, keys, matching.VERSION)],
        "open_case": [(child_id, workers[0], STARTED)] * has_case,
        "allocation": [(child_id, worker, True, STARTED)] * has_case,
    }


async def filled(admin: str, children: int, stack: AsyncExitStack) -> FilledCouncil:
    """A database with so many children; dropped when the stack is closed."""
    async with databases.connected(admin) as server:
        await server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        await server.execute(f"CREATE DATABASE {NAME}")
    stack.push_async_callback(_dropped, admin)
    dsn = databases.at(admin, NAME)
    await migrate(dsn, ROOT / "shared/migrations", FOLDER / "lookup/migrations")
    schools = [school for school, _ in zip((urn(n) for n in range(children // ROLL)), range(children), strict=False)]
    asked_of = set(Random(1).sample(schools, min(60, len(schools))))
    known: dict[str, list[Invented]] = {}
    async with databases.connected(dsn) as lookup:
        await _copy_all(lookup, children, asked_of, known)
        for maintained in ("VACUUM ANALYZE", "CHECKPOINT"):
            await lookup.execute(maintained)
        size = await lookup.fetchval("SELECT pg_total_relation_size('roll') + pg_total_relation_size('child')")
    db = await connect(dsn, "lookup", pool_max=1)
    stack.push_async_callback(db.close)
    return FilledCouncil(db, schools, known, size / children)


async def _dropped(admin: str) -> None:
    async with databases.connected(admin) as server:
        await server.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")


async def _copy_all(lookup: Any, children: int, asked_of: set[str], known: dict[str, list[Invented]]) -> None:
    rng, workers = Random(2), [uuid4() for _ in range(WORKERS)]
    await lookup.executemany(
        "INSERT INTO worker (worker_id, name, role, phone, ended, revision) VALUES ($1, 'Rowan', 'any', '1', false, 1)",
        [(worker,) for worker in workers],
    )
    await lookup.execute(
        "INSERT INTO freshness (source, as_of, revision) VALUES ('council', $1, 1)", datetime.now().astimezone()
    )
    every = ((school, child) for school, here in rolls(children) for child in here)
    while chunk := list(islice(every, CHUNK)):
        tables: dict[str, list[Row]] = {table: [] for table in TABLES}
        for school, child in chunk:
            if school in asked_of:
                known.setdefault(school, []).append(child)
            for table, some in rows(school, child, workers, rng).items():
                tables[table] += some
        for table, columns in TABLES.items():
            await lookup.copy_records_to_table(table, records=tables[table], columns=columns)


def by_name(child: Invented) -> Question:
    return Question(given_name=child.given_name, family_name=child.family_name, born=BornSought.of(child.born))


def misspelt(child: Invented) -> Question:
    """With a letter of the family name doubled, and day and month swapped where that makes a date."""
    family = child.family_name[:2] + child.family_name[1:]
    day, month = (child.born.month, child.born.day) if child.born.day <= 12 else (child.born.day, child.born.month)
    return Question(given_name=child.given_name, family_name=family, born=BornSought(child.born.year, month, day))


def by_upn(child: Invented) -> Question:
    return Question(upn=child.upn)


class Searcher:
    """Asks a council's database the questions of its schools, and takes the time."""

    def __init__(self, council: FilledCouncil, seed: int = 3) -> None:
        self.council, self.rng = council, Random(seed)

    def here(self, question: Callable[[Invented], Question]) -> tuple[str, Question]:
        school = self.rng.choice(list(self.council.known))
        return school, question(self.rng.choice(self.council.known[school]))

    def elsewhere(self, question: Callable[[Invented], Question]) -> tuple[str, Question]:
        """Of a child of another school."""
        school, other = self.rng.sample(list(self.council.known), 2)
        return school, question(self.rng.choice(self.council.known[other]))

    async def once(self, school: str, question: Question) -> tuple[float, float, int]:
        """Seconds of the statement, seconds of deciding, and how many candidates there were."""
        async with self.council.db.by_itself("bench") as tx:
            began = time.perf_counter()
            found = await store.search(tx, school, question, TODAY)
            read = time.perf_counter()
            domain.meant(question, found)
            return read - began, time.perf_counter() - read, len(found.matches)

    async def many(self, draw: Callable[[], tuple[str, Question]], count: int = SEARCHES) -> dict[str, Any]:
        for _ in range(WARM):
            await self.once(*draw())
        seen = [await self.once(*draw()) for _ in range(count)]
        read, decided = [one[0] for one in seen], [one[1] for one in seen]
        return {
            "read_ms": spread(read, MS), "p99_ms": p99(read) * MS, "decided_p99_ms": p99(decided) * MS,
            "decided_ms": median(decided) * MS, "candidates": median(one[2] for one in seen),
            "candidates_most": max(one[2] for one in seen),
        }  # fmt: skip


async def asked(council: FilledCouncil) -> dict[str, dict[str, Any]]:
    one = Searcher(council)
    return {
        "by UPN": await one.many(lambda: one.here(by_upn)),
        "by name": await one.many(lambda: one.here(by_name)),
        "by a misspelt name": await one.many(lambda: one.here(misspelt)),
        "by name, another school's": await one.many(lambda: one.elsewhere(by_name)),
    }


def _unknown(child: Invented, rng: Random) -> Invented:
    """The same names and birth date as nobody has them: told from the child's by nothing that a search looks at."""
    letters = list("bcdfghjklmnprstvwz")
    swapped = dict(zip(letters, rng.sample(letters, len(letters)), strict=True))
    given, family = ("".join(swapped.get(c, c) for c in name.lower()) for name in (child.given_name, child.family_name))
    return Invented(
        0, child.community, 0, given, family, child.born + timedelta(days=rng.randrange(-900, 900)), upn=child.upn
    )


async def told_apart(council: FilledCouncil, question: Callable[[Invented], Question], count: int) -> float:
    """How often a search for another school's child takes longer than one for a child that nobody knows: 0.5 is never
    to be told. Pairs of one school, one after the other, so that the machine's moods are the same for both."""
    one, rng, longer = Searcher(council, 5), Random(6), 0.0
    for number in range(count):
        school, other = rng.sample(list(council.known), 2)
        child = rng.choice(council.known[other])
        upn = f"Z{rng.randrange(10**11, 10**12)}"
        nobody = Question(upn=upn) if question is by_upn else question(_unknown(child, rng))
        pair = [("theirs", question(child)), ("nobody", nobody)]
        took = {}
        for which, ask in pair if number % 2 else reversed(pair):
            took[which] = sum((await one.once(school, ask))[:2])
        longer += (took["theirs"] > took["nobody"]) + 0.5 * (took["theirs"] == took["nobody"])
    return longer / count


async def measure(admin: str, sizes: Sequence[int] = (COUNCIL,), count: int = SEARCHES) -> Measured:
    """`admin`: the DSN of a PostgreSQL where a database may be made and dropped."""
    figures: list[Figure] = []
    raw: dict[str, Any] = {}
    before: dict[str, dict[str, Any]] = {}
    for children in sizes:
        async with AsyncExitStack() as stack:
            council = await filled(admin, children, stack)
            seen = await asked(council)
            apart = {name: await told_apart(council, way, count) for name, way in (("UPN", by_upn), ("name", by_name))}
            raw[f"{children}"] = {**seen, "told_apart": apart, "bytes_of_a_child": council.bytes_each}
        figures += _told(children, seen, before, apart, count)
        before = before or seen
    return Measured(figures, {"finding": raw})


def _told(
    children: int, seen: dict[str, Any], before: dict[str, Any], apart: dict[str, float], count: int
) -> Iterator[Figure]:
    for what, one in seen.items():
        middle = before[what]["read_ms"]["p50"] if before else None
        yield Figure(f"{what}, {children:,} children, p50 of the query", "ms", one["read_ms"]["p50"], middle,
                     "the smaller council" if middle else "")  # fmt: skip
        yield Figure(f"{what}, {children:,} children, p50 of deciding", "ms", one["decided_ms"], None, "")
        floor = before[what]["p99_ms"] if before else None
        met = one["p99_ms"] < AIM_MS and (floor is None or one["p99_ms"] < AIM_GROWTH * floor)
        yield Figure(f"{what}, {children:,} children, p99 of the query", "ms", one["p99_ms"], floor,
                     "the smaller council" if floor else "", f"< {AIM_MS:.0f} ms", met)  # fmt: skip
    sure = 2.6 / (2 * count**0.5)  # 99 in 100 of so many tosses of a coin lie within it
    for what, share in apart.items():
        yield Figure(f"by {what}, {children:,}: off the roll takes longer than unknown", "of 1", share, 0.5,
                     "a coin", f"0.5 ± {sure:.2f}", abs(share - 0.5) <= sure)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.finding", description=__doc__)
    parser.add_argument("admin", help="an administrator's DSN of a PostgreSQL that nobody minds")
    parser.add_argument(
        "--children", type=int, nargs="+", default=[COUNCIL], help="of the councils, the smallest first"
    )
    parser.add_argument("--searches", type=int, default=SEARCHES, help="of each kind")
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    show([asyncio.run(measure(given.admin, given.children, given.searches))], [])


if __name__ == "__main__":
    main()
