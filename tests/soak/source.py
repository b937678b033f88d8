"""`python -m tests.soak source`: the council's case system changes while Connect, the feed and lookup are killed.

In the end what lookup keeps must be what the source's rows mean, row by row (`portal drift`). Prints the seed first;
the same seed draws the same changes and kills.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random, SystemRandom

import asyncpg

from deploy.cli.drift import compared
from deploy.local.places import require_running
from deploy.local.processes.run import RunFile
from deploy.operate import databases
from deploy.operate.databases import Connection
from deploy.operate.drift.checking import Drift
from deploy.operate.drift.looking import look
from deploy.trouble import Trouble
from tests.soak.home import home
from tests.soak.leads import pause
from tests.support.people import running
from tests.support.until import until

KILLED = ("connect", "feed", "lookup")
BETWEEN_KILLS_S = (3.0, 20.0)
BETWEEN_CHANGES_S = (0.0, 0.05)
UP_MAX_S = 300
FOLLOWS_MAX_S = 900
SHOWN = 20
ONE = "(SELECT id FROM {0} ORDER BY md5(id::text || $1::text) LIMIT 1)"
"""A row of a table, drawn by a number, which stands for $1 wherever it is."""
CHANGES = {
    "another name": "UPDATE person SET given = 'N' || $1::text WHERE id = {person}",
    "another birth date": "UPDATE person SET born = DATE '2010-01-01' + ($1::int % 3000) WHERE id = {person}",
    "no birth date": "UPDATE person SET born = NULL WHERE id = {person} AND $1::int IS NOT NULL",
    "a birth date past any calendar": "UPDATE person SET born = '20140-01-01' WHERE id = {person} AND $1::int > 0",
    "restricted or not": "UPDATE person SET restricted = NOT restricted WHERE id = {person} AND $1::int > 0",
    "long former numbers": "UPDATE person SET former_upns = (SELECT array_agg('B80120000' || (n + $1::int) % 10000)"
    " FROM generate_series(1, 300) AS n) WHERE id = {person}",
    "a new child": "INSERT INTO person (given, family, born) VALUES ('New', 'C' || $1::text, '2015-05-05')",
    "a child gone": "DELETE FROM person WHERE id = {person} AND $1::int % 3 = 0",
    "a roll more": "INSERT INTO school_history (person_id, urn, starts) SELECT {person}, 990001 + $1::int % 3,"
    " '2024-09-01'",
    "a roll's end": "UPDATE school_history SET ends = current_date + $1::int % 90 WHERE id = {school_history}",
    "a roll at no school": "UPDATE school_history SET urn = '?' WHERE id = {school_history} AND $1::int > 0",
    "a roll gone": "DELETE FROM school_history WHERE id = {school_history} AND $1::int > 0",
    "a case": "INSERT INTO involvement (person_id, team_id, opened) SELECT {person}, {team}, '2025-01-01'",
    "a case closed": "UPDATE involvement SET closed = current_date + $1::int % 9 WHERE id = {involvement}",
    "a worker allocated": "INSERT INTO allocation (person_id, worker_id, is_lead, starts)"
    " SELECT {person}, {worker}, $1::int % 2 = 0, '2025-01-01'",
    "an allocation under another key": "UPDATE allocation SET id = id + 1000000 WHERE id = {allocation}"
    " AND id < 1000000 AND $1::int > 0",
    "an allocation gone": "DELETE FROM allocation WHERE id = {allocation} AND $1::int > 0",
    "a worker's telephone": "UPDATE worker SET phone = '0163296' || lpad(($1::int % 10000)::text, 4, '0')"
    " WHERE id = {worker}",
    "a duty line": "UPDATE team SET duty_phone = '0163297' || lpad(($1::int % 10000)::text, 4, '0') WHERE id = {team}",
}
TABLES = ("person", "school_history", "involvement", "allocation", "worker", "team")


def arguments(given: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak source", description=__doc__)
    parser.add_argument(
        "--minutes", type=float, default=10, help="how long the source changes and processes are killed"
    )
    parser.add_argument("--children", type=int, default=600)
    parser.add_argument("--seed", type=int, help="of another run, to have its changes and kills again")
    parser.add_argument("--home", type=Path, help="a home to use and to keep; a temporary one if not given")
    return parser.parse_args(given)


async def change(dsn: str, rng: Random, ends_at: float, done: Counter[str]) -> None:
    """Changes of one row or some, each kind as often; some are taken back."""
    statements = {what: sql.format(**{table: ONE.format(table) for table in TABLES}) for what, sql in CHANGES.items()}
    async with databases.connected(dsn) as source:
        while time.monotonic() < ends_at:
            chosen = rng.choices(sorted(statements), k=rng.randint(1, 4))
            await _at_once(source, [(what, statements[what]) for what in chosen], rng, done)
            await pause(rng.uniform(*BETWEEN_CHANGES_S))


async def _at_once(source: Connection, several: Sequence[tuple[str, str]], rng: Random, done: Counter[str]) -> None:
    transaction = source.transaction()
    await transaction.start()
    try:
        for _, sql in several:
            await source.execute(sql.replace("$1", f"({rng.randrange(1, 1_000_000)})"))
    except asyncpg.IntegrityConstraintViolationError:
        await transaction.rollback()
        return
    if rng.random() < 0.05:
        await transaction.rollback()
        return
    await transaction.commit()
    done.update(what for what, _ in several)


async def kill(folder: Path, rng: Random, ends_at: float, killed: Counter[str]) -> None:
    """One of them after another, those that run just then."""
    while time.monotonic() < ends_at:
        await pause(rng.uniform(*BETWEEN_KILLS_S))
        name = rng.choice(KILLED)
        part = RunFile(folder).read().parts[name]
        if part.alive:
            os.kill(part.pid, signal.SIGKILL)
            killed[name] += 1


async def all_up(folder: Path) -> None:
    async def down() -> list[str]:
        parts = RunFile(folder).read().parts
        return [name for name, part in parts.items() if part.state != "ready" or not part.alive]

    await until(down, lambda names: not names, UP_MAX_S)


async def proved(folder: Path) -> Drift:
    """What differs when lookup has followed all of it."""

    async def once() -> Drift | None:
        try:
            return await look(compared(folder))
        except Trouble:
            return None  # it has not followed yet

    found = await until(once, lambda drift: drift is not None, FOLLOWS_MAX_S)
    assert found is not None
    return found


async def main(given: Sequence[str]) -> int:
    asked = arguments(given)
    seed = SystemRandom().randrange(1_000_000) if asked.seed is None else asked.seed
    _print(f"seed {seed}: {asked.minutes} minutes")
    done: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    async with home(asked.home) as folder, running(folder, "--schools", "3", "--children", str(asked.children)):
        ends_at = time.monotonic() + asked.minutes * 60
        dsn = require_running(folder)[0].source
        await asyncio.gather(change(dsn, Random(seed), ends_at, done), kill(folder, Random(seed + 1), ends_at, killed))
        _print(f"{done.total()} changes, {killed.total()} kills; waiting until everything has arrived")
        await all_up(folder)
        drift = await proved(folder)
    _print("changes: " + ", ".join(f"{count} {what}" for what, count in sorted(done.items())))
    _print("kills: " + ", ".join(f"{count} {what}" for what, count in sorted(killed.items())))
    for one in drift.differences[:SHOWN]:
        _print(f"  {one.kind} {one.key}: {one.part}")
    wrong = len(drift.differences) + drift.unsettled
    _print(f"{drift.looked_at} compared row by row with the source, {wrong} differ")
    _print("WRONG" if wrong or not killed else "all of it holds")
    return 1 if wrong or not killed else 0


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
