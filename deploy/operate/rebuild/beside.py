"""Tables beside the live ones: made like them, looked at beside them, and put in their place. All of the SQL."""
# ruff: noqa: S608 - names of our own tables, and what PostgreSQL's catalog says of them

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import uuid4

from deploy.operate.databases import Connection
from deploy.operate.rebuild.filling import ByTable

LIVE = "public"
BEGINS = "rebuilt_"
ONE_AT_A_TIME = 0x72656275696C64
WRITERS_WAIT_MS = 4_000
"""How long the swap waits for those that write. Searches go on meanwhile."""
READERS_WAIT_MS = 80
"""How long it waits for those that read, table by table: then they go first, for searches wait behind it. All tables
together stay under the second after which PostgreSQL looks for deadlocks, so that no search is ever chosen to fail."""

LIKE = """
SELECT format('CREATE TABLE {schema}.%1$I (LIKE public.%1$I INCLUDING ALL EXCLUDING INDEXES)%2$s',
              c.relname, ' WITH (' || array_to_string(c.reloptions, ', ') || ')') AS made
  FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1)
"""
INDEXES = """
SELECT i.indkey::text = a.attnum::text OR k.oid IS NOT NULL AS early,
       CASE WHEN k.oid IS NULL
            THEN replace(pg_get_indexdef(i.indexrelid), ' ON public.', ' ON {schema}.')
            ELSE format('ALTER TABLE {schema}.%I ADD CONSTRAINT %I %s',
                        t.relname, k.conname, pg_get_constraintdef(k.oid))
       END AS made
  FROM unnest($1::text[], $2::text[]) AS wanted (name, key)
  JOIN pg_class t ON t.relname = wanted.name AND t.relnamespace = 'public'::regnamespace
  JOIN pg_index i ON i.indrelid = t.oid
  LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = t.oid AND k.contype IN ('p', 'u', 'x')
  LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attname = wanted.key
 ORDER BY i.indexrelid
"""
GRANTS = """
SELECT format('GRANT %s ON {schema}.%I TO %s', string_agg(a.privilege_type, ', '), c.relname,
              coalesce(quote_ident(r.rolname), 'PUBLIC')) AS made
  FROM pg_class c CROSS JOIN aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
 WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY($1) AND a.grantee <> c.relowner
 GROUP BY c.relname, r.rolname
"""
LACKING = """
SELECT live.{key}::text AS key, live.revision AS live, coalesce(made.revision, -1) AS made
  FROM public.{table} live LEFT JOIN {schema}.{table} made USING ({key})
 WHERE made.revision < live.revision
    OR made.revision IS NULL AND NOT coalesce((to_jsonb(live) ->> 'ended')::boolean, false)
"""


@dataclass(frozen=True)
class KeptIn:
    """The tables of what is kept of one state, and the column with its key; the first has the revision.

    `copied`: what is kept of states of which nothing is kept yet, by table; only of states that are many.
    """

    key: str
    tables: tuple[str, ...]
    copied: ByTable | None = None


class Lacking(NamedTuple):
    """Two revisions of one key: that of the live tables, and that of the tables beside them (-1: they have none)."""

    live: int
    made: int


async def alone(connection: Connection) -> bool:
    """Whether nobody else rebuilds in this database; until the connection ends, nobody will."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", ONE_AT_A_TIME))


async def clean(connection: Connection) -> None:
    """Drop what a rebuild that was killed has left."""
    left = await connection.fetch("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, $1)", BEGINS)
    for row in left:
        await connection.execute(f"DROP SCHEMA {row['nspname']} CASCADE")


async def migrations(connection: Connection) -> list[str]:
    """What was migrated: while that stays the same, so do the shapes of the tables."""
    return [row["name"] for row in await connection.fetch("SELECT name FROM migration ORDER BY name")]


class Beside:
    """Tables like the live ones, in a schema of their own whose name no other rebuild ever has."""

    def __init__(self, connection: Connection, kept: Sequence[KeptIn]) -> None:
        self._connection, self._kept = connection, kept
        self.schema = f"{BEGINS}{uuid4().hex[:12]}"
        self.tables = [table for one in kept for table in one.tables]
        self._keys = [one.key for one in kept for _ in one.tables]

    async def make(self) -> None:
        """The tables, with the indexes by which they are filled: those of a key."""
        await self._connection.execute(f"CREATE SCHEMA {self.schema}")
        await self._each(LIKE, self.tables)
        await self._indexes(early=True)

    async def finish(self) -> None:
        """All other indexes (quicker on full tables), rights, and what the planner goes by."""
        await self._indexes(early=False)
        await self._each(GRANTS, self.tables)
        await self._connection.execute(f"ANALYZE {', '.join(f'{self.schema}.{table}' for table in self.tables)}")

    async def drop(self) -> None:
        await self._connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")

    async def _indexes(self, *, early: bool) -> None:
        found = await self._connection.fetch(INDEXES.replace("{schema}", self.schema), self.tables, self._keys)
        for row in found:
            if row["early"] == early:
                await self._connection.execute(row["made"])

    async def _each(self, statements: str, *args: object) -> None:
        for row in await self._connection.fetch(statements.replace("{schema}", self.schema), *args):
            await self._connection.execute(row["made"])

    async def lacking(self, kept: KeptIn) -> dict[str, Lacking]:
        """By key: of whom the live tables know something that has not ended, and those beside nothing, or less new."""
        sql = LACKING.format(key=kept.key, table=kept.tables[0], schema=self.schema)
        return {row["key"]: Lacking(row["live"], row["made"]) for row in await self._connection.fetch(sql)}

    async def carry(self, kept: KeptIn, keys: Collection[str]) -> None:
        """Take over what the live tables hold of these keys."""
        for table in kept.tables:
            these = f"WHERE {kept.key}::text = ANY($1)"
            await self._connection.execute(f"DELETE FROM {self.schema}.{table} {these}", list(keys))
            await self._connection.execute(
                f"INSERT INTO {self.schema}.{table} SELECT * FROM {LIVE}.{table} {these}", list(keys)
            )

    async def stop_writers(self) -> None:
        """Until the transaction ends, nobody but searches has the live tables. It also sends autovacuum away."""
        await self._connection.execute(
            f"SET LOCAL lock_timeout = {WRITERS_WAIT_MS}; {self._lock('SHARE ROW EXCLUSIVE')}"
        )

    async def put_in_place(self) -> None:
        """Put these tables in the place of the live ones, and drop those, with this transaction. Raises
        asyncpg.LockNotAvailableError where somebody reads for long: then nothing has happened."""
        async with self._connection.transaction():
            swaps = [
                f"DROP TABLE {LIVE}.{table}; ALTER TABLE {self.schema}.{table} SET SCHEMA {LIVE};"
                for table in self.tables
            ]
            await self._connection.execute(
                f"SET LOCAL lock_timeout = {READERS_WAIT_MS}; {self._lock('ACCESS EXCLUSIVE')}; {' '.join(swaps)}"
                f"DROP SCHEMA {self.schema}"
            )

    def _lock(self, mode: str) -> str:
        return f"LOCK TABLE {', '.join(f'{LIVE}.{table}' for table in self.tables)} IN {mode} MODE"


def kept_in(tables: Mapping[type, tuple[str, tuple[str, ...]]], copied: Mapping[type, ByTable]) -> dict[type, KeptIn]:
    """As a service states them (its records/projections.py)."""
    return {state: KeptIn(*said, copied.get(state)) for state, said in tables.items()}
