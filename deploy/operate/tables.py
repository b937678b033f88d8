"""Reads the tables of the Standard Safeguarding Dataset where they lie, in one transaction, into an extract's files.

From then on it is an extract like any other: checked, compared, held or taken by the feed, whole or not at all.
"""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

from deploy.operate import databases
from deploy.operate.databases import Connection
from deploy.trouble import Trouble
from services.feed.source import Source, Table

TABLE_S = 1_800
"""So long one table may take."""


async def read_tables(dsn: str, schema: str, source: Source, lists: Path, to: Path) -> dict[str, int]:
    """Write the files of these tables into a new folder, all as they were at one moment, with a copy of the lists that
    lie in `lists` (CSV or Parquet); how many rows each table has. A table that is not in the database must be among the
    lists, or is one that needs not be there (the roll's). No manifest is written. Raises Trouble."""
    tables = {name: table for name, table in source.tables.items() if table.kind != "freshness"}
    try:
        to.mkdir(parents=True)
        _copy_lists(source, lists, to)
        return await _at_one_moment(dsn, schema, tables, to)
    except FileExistsError:
        raise Trouble(f"{to} is there already: name a folder that is not.") from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        why = getattr(error, "message", None) or getattr(error, "strerror", None) or type(error).__name__
        raise Trouble(f"The tables could not be read ({why}). What was written of them is in {to}.") from None


async def _at_one_moment(dsn: str, schema: str, tables: Mapping[str, Table], to: Path) -> dict[str, int]:
    async with (
        databases.connected(dsn, command_s=TABLE_S) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        present = await _present(connection, schema, tables)
        return {name: await _write(connection, schema, name, tables[name], to) for name in present}


def _copy_lists(source: Source, lists: Path, to: Path) -> None:
    names = {*source.tables, *(beside.name for table in source.tables.values() for beside in table.joins)}
    for path in sorted(lists.iterdir()):
        if path.stem in names and path.suffix in (".csv", ".parquet"):
            shutil.copyfile(path, to / path.name)


async def _present(connection: Connection, schema: str, tables: Iterable[str]) -> list[str]:
    """Those that the database has; whoever reads them needs no more than SELECT on the columns that are read."""
    found = await connection.fetch(
        "SELECT relname FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace"
        " WHERE n.nspname = $1 AND relname = ANY($2::text[]) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
        schema, list(tables),
    )  # fmt: skip
    return sorted(row["relname"] for row in found)


async def _write(connection: Connection, schema: str, name: str, table: Table, to: Path) -> int:
    columns = ", ".join([await _quoted(connection, column) for column in table.own_columns])
    sql = f"SELECT {columns} FROM {await _quoted(connection, schema)}.{await _quoted(connection, name)}"  # noqa: S608
    done = await connection.copy_from_query(sql, output=to / f"{name}.csv", format="csv", header=True, null="NULL")
    return int(done.split()[-1])


async def _quoted(connection: Connection, name: str) -> str:
    return str(await connection.fetchval("SELECT quote_ident($1)", name))
