"""A fresh, migrated database per test: cloned from a template that is made once per state of the migrations."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import asyncpg

from deploy.operate import databases
from deploy.operate.migrate import migrate
from deploy.services import FOLDER, ROOT
from shared.database.pool import Database, Pool, connect

PASSWORD = "test"
SHARED = ROOT / "shared/migrations"
TEMPLATES_TAKE_TURNS = 0x74656D706C


@dataclass(frozen=True)
class Clone:
    """One test's database of one service. `db` is what the service itself would hold, as its service role."""

    service: str
    name: str
    db: Database
    dsn: str
    owner_dsn: str
    owners: Pool

    async def value(self, sql: str, *args: object) -> object:
        """A look at the tables as their owner, for what a test wants to know and the service may not ask."""
        return await self.owners.fetchval(sql, *args)

    async def rows(self, sql: str, *args: object) -> list[dict[str, object]]:
        return [dict(row) for row in await self.owners.fetch(sql, *args)]

    async def execute(self, sql: str, *args: object) -> str:
        """A change as the owner: to set a scene, or to break something on purpose."""
        return await self.owners.execute(sql, *args)


def folders(service: str, extra: Sequence[Path] = ()) -> list[Path]:
    """Where the migrations of a service lie; a made-up service has only the shared ones and what the test adds."""
    own = FOLDER / service / "migrations"
    return [SHARED, *([own] if own.exists() else []), *extra]


async def opened(service: str, name: str, dsn: str, owner_dsn: str) -> Clone:
    """A database that is there, by the two roles of its service."""
    owners = await asyncpg.create_pool(owner_dsn, min_size=0, statement_cache_size=0)
    return Clone(service, name, await connect(dsn, service), dsn, owner_dsn, owners)


@dataclass(frozen=True)
class Server:
    """A PostgreSQL on which databases are made, all over one connection of its administrator's."""

    dsn: str
    admin: databases.Connection
    templates: dict[tuple[str, tuple[Path, ...]], str] = field(default_factory=dict)
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def clone(self, service: str, extra: Sequence[Path] = ()) -> Clone:
        """A copy of the service's template, file by file."""
        name, owner = f"test_{service}_{uuid4().hex[:12]}", databases.owner(service)
        async with self.turn:
            template = await self._template(service, folders(service, extra))
            await self.admin.execute(
                f'CREATE DATABASE "{name}" OWNER "{owner}" TEMPLATE "{template}" STRATEGY FILE_COPY'
            )
        dsns = (databases.at(self.dsn, name, role, PASSWORD) for role in (databases.user(service), owner))
        return await opened(service, name, *dsns)

    async def drop(self, clone: Clone) -> None:
        clone.db.pool.terminate()
        clone.owners.terminate()
        async with self.turn:
            await self.admin.execute(f'DROP DATABASE IF EXISTS "{clone.name}" WITH (FORCE)')

    async def _template(self, service: str, folders: Sequence[Path]) -> str:
        """Asked once in a process: in one run migrations do not change."""
        known = service, tuple(folders)
        if known not in self.templates:
            self.templates[known] = await template_of(self.dsn, service, folders)
        return self.templates[known]


@asynccontextmanager
async def server(admin_dsn: str) -> AsyncIterator[Server]:
    async with databases.connected(admin_dsn) as admin:
        yield Server(admin_dsn, admin)


async def template_of(admin_dsn: str, service: str, folders: Sequence[Path]) -> str:
    """The template's name, which says what it was made from; made under a lock, so that parallel runs share one."""
    name = f"template_{service}_{_fingerprint(folders)}"
    async with databases.connected(admin_dsn) as admin:
        await admin.execute("SELECT pg_advisory_lock($1)", TEMPLATES_TAKE_TURNS)
        if not await admin.fetchval("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name):
            await _make_template(admin_dsn, service, name, folders)
    return name


async def _make_template(admin_dsn: str, service: str, name: str, folders: Sequence[Path]) -> None:
    owner, user, draft = databases.owner(service), databases.user(service), f"draft_{uuid4().hex[:12]}"
    await databases.make_roles(admin_dsn, {owner: PASSWORD, user: PASSWORD})
    await databases.make_database(admin_dsn, draft, owner, user)
    await migrate(databases.at(admin_dsn, draft, owner, PASSWORD), *folders)
    async with databases.connected(admin_dsn) as admin:
        await admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')


def _fingerprint(folders: Sequence[Path]) -> str:
    files = [path for folder in folders for path in sorted(folder.glob("*.sql"))]
    return hashlib.sha256(b"\0".join(path.name.encode() + path.read_bytes() for path in files)).hexdigest()[:12]
