"""A case system that takes referrals in a table of its own database, and gives each its number there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.referrals.case_systems import store
from services.referrals.case_systems.domain import CaseSystem, NotHandedOver, NotThere, Package
from services.referrals.settings import Settings
from shared.database.pool import Database, connect
from shared.database.tx import DatabaseFailed, Tx

CONNECTIONS = 2


@dataclass(frozen=True)
class IntakeTable:
    """The table `intake`, as a role that may add to it and see which number each reference has, and nothing else."""

    database: Database

    async def send(self, package: Package) -> str | None:
        async with self._asking() as tx:
            if await store.add(tx, package):
                for file in package.files:
                    content = b"".join([piece async for piece in file.content()])
                    await store.add_file(tx, package.reference, file, content)
        return await self.look(package.reference)

    async def look(self, reference: str) -> str | None:
        async with self._asking() as tx:
            there, number = await store.number(tx, reference)
        if not there:
            raise NotThere
        return number

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Tx]:
        try:
            async with self.database.by_itself("intake") as tx:
                yield tx
        except (DatabaseFailed, TimeoutError):
            raise NotHandedOver("away") from None


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[CaseSystem]:
    dsn = settings.transfer_intake_url.get_secret_value()
    database = await connect(dsn, "referrals", pool_max=CONNECTIONS)
    try:
        yield IntakeTable(database)
    finally:
        await database.close()
