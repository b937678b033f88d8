"""Moves a home of an earlier version, whose services' cluster held the council's case system too, to two clusters.

Afterwards the services' cluster allows no replication, and a raised epoch tells the feed that the source has moved.
"""

import tempfile
from pathlib import Path

from deploy.demo import council
from deploy.demo.council import CAPTURE, SOURCE
from deploy.demo.tables import COLUMNS
from deploy.local.engines import postgres
from deploy.local.places import Places
from deploy.local.processes.supervisor import Supervisor
from deploy.operate import databases
from deploy.operate.databases import Connection


def is_needed(home: Path) -> bool:
    """Whether the services' cluster still holds the capture's replication slot: today's settings allow none there."""
    slots = postgres.data_folder(home) / "pg_replslot"
    return slots.exists() and any(slots.iterdir())


async def move(places: Places, supervisor: Supervisor) -> None:
    """Copies the case system from the services' cluster, which must be down, into the other; then drops it there.

    If it is killed, the next start does it again: the copy is one transaction, and the slot is dropped after it.
    """
    settings = {**postgres.SETTINGS, "wal_level": "logical", "max_replication_slots": "10"}
    port = places.kept.ports[postgres.SERVICES]
    before = postgres.part(places.home, port, places.kept.secret(postgres.ADMIN), settings)
    await supervisor.start(before)
    await databases.make_database(places.source_cluster, SOURCE, postgres.ADMIN)
    await council.prepare(places.source, capture_password=places.kept.secret(CAPTURE))
    async with databases.connected(databases.at(places.postgres, SOURCE)) as old:
        await _copy(old, places.source)
    async with databases.connected(databases.at(places.postgres, "feed")) as feed:
        places.kept.epochs["feed"] = int(await feed.fetchval("SELECT epoch FROM cursor")) + 1
    places.kept.save()
    await _drop(places.postgres)
    await supervisor.end(postgres.SERVICES)


async def _copy(old: Connection, new_dsn: str) -> None:
    """Every row as it is, with its id; nothing if the rows are there already."""
    async with databases.connected(new_dsn) as new, new.transaction():
        if await new.fetchval("SELECT EXISTS (SELECT FROM person)"):
            return
        for table in COLUMNS:
            with tempfile.TemporaryFile() as rows:
                await old.copy_from_table(table, output=rows, format="binary")
                rows.seek(0)
                await new.copy_to_table(table, source=rows, format="binary")
            await new.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")  # noqa: S608


async def _drop(admin_dsn: str) -> None:
    async with databases.connected(databases.at(admin_dsn, SOURCE)) as council_there:
        await council_there.execute("DROP SCHEMA public CASCADE")
    async with databases.connected(admin_dsn) as admin:
        slots = await admin.fetch("SELECT slot_name FROM pg_replication_slots WHERE database = $1", SOURCE)
        for slot in slots:
            await admin.execute("SELECT pg_drop_replication_slot($1)", slot["slot_name"])
        await admin.execute(f"DROP DATABASE {SOURCE} WITH (FORCE)")
        await admin.execute(f"DROP ROLE IF EXISTS {CAPTURE}")
