"""Migrations of a service's database: plain SQL files, forward only, each applied once."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import asyncpg

CONNECT_S = 5.0
MIGRATION_LOCK = 0x706F7274616C  # one migration of a database at a time
STATEMENT_MS = 600_000
LOCK_MS = 5_000


class MigrationChanged(Exception):
    """A migration that this database has already had was edited afterwards."""


async def migrate(owner_dsn: str, *folders: Path) -> list[str]:
    """Apply, once each and in name order, the .sql files that the database has not seen; return their names.

    Files are plain SQL, forward only, each in a transaction of its own. Raises MigrationChanged if one that was
    applied has another checksum now.
    """
    conn = await asyncpg.connect(owner_dsn, timeout=CONNECT_S)
    try:
        await conn.execute(f"SET statement_timeout = {STATEMENT_MS}; SET lock_timeout = {LOCK_MS}")
        await conn.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        await conn.execute("CREATE TABLE IF NOT EXISTS migration (name text PRIMARY KEY, sha256 text NOT NULL)")
        seen = {row["name"]: row["sha256"] for row in await conn.fetch("SELECT name, sha256 FROM migration")}
        paths = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
        return [name for path in paths if (name := await _applied(conn, path, seen))]
    finally:
        await conn.close()


async def _applied(conn: asyncpg.Connection[asyncpg.Record], path: Path, seen: dict[str, str]) -> str | None:
    name, checksum = f"{path.parents[1].name}/{path.name}", sha256(path.read_bytes()).hexdigest()
    if name in seen:
        if seen[name] != checksum:
            raise MigrationChanged(name)
        return None
    async with conn.transaction():
        await conn.execute(path.read_text())
        await conn.execute("INSERT INTO migration (name, sha256) VALUES ($1, $2)", name, checksum)
    return name
