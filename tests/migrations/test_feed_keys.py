"""Keys became text in 0004: nothing is lost or emitted anew by it, and the feed of before does no harm beside it.

The code of before runs for real, from git: it fills a database by its own migrations, meets the new schema, and goes on
after `going_back/0004_text_keys.sql`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from deploy.operate import databases
from deploy.operate.migrate import migrate as apply
from shared.contracts.feed import Team, Worker
from tests.feed.world import WORLD, Feed, Tape, children, person, roll
from tests.migrations.yesterday import unpacked
from tests.support.databases import PASSWORD, Clone, Server, folders, opened
from tests.support.engines import Engines
from tests.support.squawk import ROOT

BEFORE = "e9cf52dac41d06ec88a02a313952a035be0b02c6"
"""The last commit whose keys are numbers. It stays: this is about 0004."""

BACK = ROOT / "services/feed/migrations/going_back/0004_text_keys.sql"
TABLES = ("mirror", "subject", "dirty", "left_out", "missing_column", "outbox")
SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT tablename, indexname, indexdef, '' FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2
"""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of before, with its own migrations."""
    return unpacked(BEFORE, tmp_path_factory.mktemp("before"))


@pytest.fixture
async def old(engines: Engines, database_server: Server, before: Path) -> AsyncIterator[Clone]:
    """A database that the feed of before has filled."""
    name, owner, user = f"test_feed_{uuid4().hex[:12]}", databases.owner("feed"), databases.user("feed")
    await databases.make_roles(engines.postgres, {owner: PASSWORD, user: PASSWORD})
    await databases.make_database(engines.postgres, name, owner, user)
    dsn, owner_dsn = (databases.at(engines.postgres, name, role, PASSWORD) for role in (user, owner))
    await apply(owner_dsn, before / "shared/migrations", before / "services/feed/migrations")
    made = await opened("feed", name, dsn, owner_dsn)
    of_before(before, "fill", made)
    yield made
    await database_server.drop(made)


def of_before(tree: Path, act: str, database: Clone) -> Any:
    """Let the code of before act on this database."""
    script = ROOT / "tests/migrations/feed_before.py.txt"
    done = subprocess.run(
        [sys.executable, str(script), act, database.dsn, database.owner_dsn],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


async def migrate(database: Clone) -> list[str]:
    return await apply(database.owner_dsn, *folders("feed"))


async def held(database: Clone) -> dict[str, list[dict[str, object]]]:
    """All that is kept, keys and positions under one name each; what later migrations added is set aside."""
    return {table: await database.rows(f"SELECT {await columns(database, table)} FROM {table}") for table in TABLES}


async def columns(database: Clone, table: str) -> str:
    names = await database.rows("SELECT column_name FROM information_schema.columns WHERE table_name = $1", table)
    found = sorted(name for row in names if not made_later(table, name := str(row["column_name"])))
    keys = {"key": "key::text", "owner": "owner::text AS owner", "subject_key": "subject_key::text", "lsn": "lsn AS p"}
    return ", ".join({**keys, "position": "position AS p"}.get(name, name) for name in found)


def in_order(kept: dict[str, list[dict[str, object]]]) -> dict[str, list[str]]:
    return {table: sorted(str(sorted(row.items())) for row in rows) for table, rows in kept.items()}


async def shape(database: Clone) -> set[tuple[str, ...]]:
    return {tuple(map(str, row.values())) for row in await database.rows(SHAPE)}


def made_later(table: str, column: str, *_: str) -> bool:
    """By a migration after 0004, or one of every service's that came after it, which is left as it is: the feed of
    before takes no notice of it. `column`: or an index."""
    after = [path for path in sorted(BACK.parents[1].glob("*.sql")) if path.name > BACK.name]
    later = "".join(path.read_text() for path in (*after, *ROOT.glob("shared/**/0004_options.sql")))
    return any(f"{made} " in later for made in (f"CREATE TABLE {table}", f"ADD COLUMN {column}", f"INDEX {column}"))


async def test_what_was_kept_keeps_its_ids_and_revisions_and_nothing_is_emitted_anew(old: Clone) -> None:
    kept = in_order(await held(old))
    assert len(kept["subject"]) == 15
    assert kept["left_out"]
    assert next(name for name in await migrate(old) if name.startswith("feed/")) == "feed/0004_text_keys.sql"
    assert in_order(await held(old)) == kept
    feed = Feed(old, Tape())
    await feed.begin_again(1)
    await feed.catch_up()
    assert (await old.value("SELECT count(*) FROM dirty"), await feed.emitted()) == (0, [])


async def test_what_comes_again_emits_nothing_and_a_change_has_the_next_revision(old: Clone) -> None:
    await migrate(old)
    feed = Feed(old, Tape())
    others = [person(key, upn=None, given=f"Child {key}") for key in range(2, 13)]
    await feed.ingest(feed.tape.snapshot(100, *WORLD, *others, roll(2, about=12, urn="?")))
    await feed.ingest(feed.tape.put(110, *person(10, given="Mira")), feed.tape.delete(111, "person", 11))
    assert await feed.emitted() == []
    [id, revision] = (await old.rows("SELECT id, revision FROM subject WHERE (kind, key) = ('child', '10')"))[
        0
    ].values()
    await feed.ingest(feed.tape.put(120, *person(10, given="Mirena")))
    assert [(c.child_id, c.revision - int(str(revision))) for c in children(await feed.emitted())] == [(id, 1)]


async def test_a_snapshot_read_anew_afterwards_emits_only_what_differs_staff_first(old: Clone) -> None:
    await migrate(old)
    feed = Feed(old, Tape())
    await feed.begin_again(2)
    await feed.ask()
    await feed.ingest(feed.tape.snapshot(300, *WORLD, *[person(key, upn=None) for key in range(2, 13)]))
    await feed.catch_up()
    said = await feed.emitted()
    assert [type(one) for one in said[:2]] == [Worker, Team]
    assert len(children(said)) == len({child.child_id for child in children(said)}) == 12
    assert await old.value("SELECT count(*) FROM subject") == 15


async def test_the_feed_of_before_waits_on_the_new_schema_before_it_does_anything(old: Clone, before: Path) -> None:
    """Nothing is set aside, no offset is committed, nothing is changed: what came meanwhile is read by today's feed."""
    await migrate(old)
    await old.execute("INSERT INTO dirty VALUES ('child', '3')")
    kept = in_order(await held(old))
    came = of_before(before, "deliver", old)
    assert came["waits"].startswith("feed.mirror waits and tries again: DatabaseFailed")
    undefined_column = "42703"
    assert came["failed"] == dict.fromkeys(("begin again", "catch up", "forget"), undefined_column)
    assert (came["dead"], came["committed"]) == (0, 0)
    assert in_order(await held(old)) == kept
    feed = Feed(old, Tape())
    await feed.ingest([feed.tape.put(200, *person(n, given="Not lost")) for n in range(1, 9)])
    assert len(children(await feed.emitted())) == 8


async def test_gone_back_the_feed_of_before_goes_on_and_todays_begins_again_after_it(
    old: Clone, before: Path, engines: Engines
) -> None:
    was, kept = await shape(old), in_order(await held(old))
    await migrate(old)
    await old.execute(BACK.read_text())
    now = await shape(old)
    gone = {one[1] for one in was - now}
    assert (gone, in_order(await held(old))) == ({"cursor_pkey"}, kept)  # since 0009 another index sees to one row
    assert [one for one in now - was if not made_later(*one)] == []
    [[revision, name]] = of_before(before, "change", old)
    assert name == "Back again"
    assert await migrate(old) == ["feed/0004_text_keys.sql"]
    feed = Feed(old, Tape())
    await feed.begin_again(1)
    await feed.ingest(feed.tape.put(300, *person(10, given="Forward")))
    assert [child.revision for child in children(await feed.emitted())] == [revision + 1]


async def test_one_cannot_go_back_where_keys_are_no_numbers(old: Clone) -> None:
    await migrate(old)
    await old.execute("UPDATE subject SET key = 'P-7' WHERE (kind, key) = ('child', '3')")
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await old.execute(BACK.read_text())
    assert await migrate(old) == []
    assert await old.value("SELECT key FROM subject WHERE key = 'P-7'")
