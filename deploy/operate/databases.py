"""Roles, databases and grants of every service, made or mended, and their migrations applied."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from deploy.operate.migrate import migrate as apply
from deploy.trouble import Trouble
from shared.manifest import Service

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

EVERY_SERVICE = "portal_service"
ONE_AT_A_TIME = 0x726F6C6573  # roles belong to the whole server, so two preparations take turns
CONNECT_S = 10


def owner(service: str) -> str:
    """The role that owns the service's database and migrates it."""
    return f"{service}_owner"


def user(service: str) -> str:
    """The role that the running service signs in as."""
    return f"{service}_service"


def at(dsn: str, database: str, role: str | None = None, password: str | None = None) -> str:
    """The same server, another database, and another role if one is named."""
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    who = parts.netloc.rpartition("@")[0] if role is None else f"{quote(role)}:{quote(password or '', safe='')}"
    return urlunsplit((parts.scheme, f"{who}@{host}", f"/{database}", parts.query, ""))


def without_password(dsn: str) -> str:
    """The same, for showing."""
    parts = urlsplit(dsn)
    user, _, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user.partition(':')[0]}@{host}" if user else host))


@asynccontextmanager
async def connected(dsn: str, command_s: float | None = None) -> AsyncIterator[Connection]:
    """One connection for administration, closed at the end. A statement may take so long, or as long as it likes."""
    connection = await asyncpg.connect(dsn, timeout=CONNECT_S, command_timeout=command_s)
    try:
        yield connection
    finally:
        await connection.close()


async def prepare(admin_dsn: str, services: Sequence[Service], passwords: Mapping[str, str]) -> dict[str, list[str]]:
    """All that the services need of PostgreSQL; safe to run again. Passwords are by role. Returns what was migrated."""
    stored = [service for service in services if service.database]
    await close_cluster(admin_dsn)
    await make_roles(admin_dsn, {role: passwords[role] for s in stored for role in (owner(s.name), user(s.name))})
    for service in stored:
        await make_database(admin_dsn, service.name, owner(service.name), user(service.name))
    return await migrate(
        {s.name: at(admin_dsn, s.name, owner(s.name), passwords[owner(s.name)]) for s in stored}, stored
    )


async def migrate(owner_dsns: Mapping[str, str], services: Sequence[Service]) -> dict[str, list[str]]:
    """Applies what is new to each database named, all at once; returns the names by service."""
    named = [service for service in services if service.name in owner_dsns]
    applied = await asyncio.gather(*(apply(owner_dsns[service.name], *service.migrations) for service in named))
    return {service.name: names for service, names in zip(named, applied, strict=True)}


def passwords_in(environment: Mapping[str, str], services: Sequence[Service]) -> dict[str, str]:
    """Each role's password, read from the DSNs that the services themselves are given."""
    dsns = {role: f"{s.name.upper()}_{kind}" for s in services for role, kind in roles_and_settings(s.name)}
    missing = sorted(variable for variable in dsns.values() if not environment.get(variable))
    if missing:
        raise Trouble(f"These settings are missing: {', '.join(missing)}.")
    return {role: unquote(urlsplit(environment[variable]).password or "") for role, variable in dsns.items()}


def roles_and_settings(name: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (owner(name), "OWNER_URL"), (user(name), "DATABASE_URL")


async def make_roles(admin_dsn: str, passwords: Mapping[str, str]) -> None:
    """Sign-in roles with these passwords; the `_service` ones are members of the group that shared tables grant to."""
    async with connected(admin_dsn) as admin, admin.transaction():
        await admin.execute("SELECT pg_advisory_xact_lock($1)", ONE_AT_A_TIME)
        have = {row["rolname"] for row in await admin.fetch("SELECT rolname FROM pg_roles")}
        if EVERY_SERVICE not in have:
            await admin.execute(f"CREATE ROLE {EVERY_SERVICE} NOLOGIN")
        for role, password in passwords.items():
            verb = "ALTER" if role in have else "CREATE"
            await admin.execute(await _quoted(admin, f"{verb} ROLE %I LOGIN PASSWORD %L", role, password))
            if role.endswith("_service"):
                await admin.execute(await _quoted(admin, "GRANT %I TO %I", EVERY_SERVICE, role))


async def close_cluster(admin_dsn: str) -> None:
    """PostgreSQL lets every role into `postgres` and `template1`: here only the administrator has business there."""
    async with connected(admin_dsn) as admin, admin.transaction():
        await admin.execute("SELECT pg_advisory_xact_lock($1)", ONE_AT_A_TIME)
        await admin.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")


async def make_database(admin_dsn: str, name: str, owner: str, *users: str) -> bool:
    """A database that only its own roles may enter. Whether it is new."""
    async with connected(admin_dsn) as admin:
        new = await admin.fetchval("SELECT NOT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name)
        if new:
            await admin.execute(await _quoted(admin, "CREATE DATABASE %I OWNER %I", name, owner))
        await admin.execute(await _quoted(admin, "REVOKE ALL ON DATABASE %I FROM PUBLIC", name))
        for role in (owner, *users):
            await admin.execute(await _quoted(admin, "GRANT CONNECT ON DATABASE %I TO %I", name, role))
    return bool(new)


async def _quoted(connection: Connection, template: str, *values: str) -> str:
    """SQL for a statement that takes no parameters, quoted by PostgreSQL itself."""
    marks = ", ".join(f"${number}::text" for number in range(2, len(values) + 2))
    return str(await connection.fetchval(f"SELECT format($1, {marks})", template, *values))
