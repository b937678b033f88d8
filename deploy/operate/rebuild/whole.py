"""The whole rebuild: made, filled, caught up, swapped; until the swap nothing that anybody asks is touched."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from deploy.operate import databases
from deploy.operate.databases import Connection
from deploy.operate.rebuild import beside, sharing
from deploy.operate.rebuild.beside import Beside, KeptIn, Lacking
from deploy.operate.rebuild.filling import ByTable, Filling, Key
from deploy.operate.rebuild.progress import HowFar
from deploy.operate.rebuild.sharing import Share
from deploy.trouble import Trouble
from shared.contracts import State
from shared.database.pool import connect
from shared.log.record import Bus
from shared.manifest import Projection, Service

FEW = 1_000
"""Records that one round of catching up may bring before the next one is the last."""
LAST_ROUND_S = 3.0
"""The last records are read while the service's projections wait: longer, and they go first."""
TRIES_TO_READ = 10
SWAP_WITHIN_S = 120.0
AGAIN_S = 0.3
NOT_NOW = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, TimeoutError)


@dataclass(frozen=True)
class Ordered:
    """What is to be rebuilt: the service, its database as its owner, the log, what is kept of each state and where.

    `say` is told how far it is. `as_kafka_has_it`: also where the live tables know what Kafka does not. `another_bus`:
    to the same log, for each process that reads some of it; it is sent there, so it is a function of a module.
    """

    service: Service
    owner_dsn: str
    bus: Bus
    kept: Mapping[type[State], KeptIn]
    say: Callable[[str], None]
    as_kafka_has_it: bool = False
    another_bus: Callable[[], Bus] | None = None
    processes: int = field(default_factory=sharing.cores)
    enough: int = sharing.ENOUGH

    @property
    def projections(self) -> list[Projection]:
        return [one for one in self.service.consumed()[1] if one.state in self.kept]

    @property
    def copied(self) -> dict[str, ByTable]:
        """By topic."""
        return {state.topic: one.copied for state, one in self.kept.items() if one.copied}


@dataclass
class Rebuilt:
    """How it went: records read, seconds in all, and those for which projections and then searches had to wait."""

    records: int = 0
    seconds: float = 0.0
    writers_waited_s: float = 0.0
    searches_waited_s: float = 0.0
    tries: int = 0


async def rebuild(ordered: Ordered) -> Rebuilt:
    """Raises Trouble: another one is at it, the service was migrated meanwhile, or Kafka knows less than the tables."""
    began = time.monotonic()
    async with databases.connected(ordered.owner_dsn) as connection:
        if not await beside.alone(connection):
            raise Trouble(f"Somebody is rebuilding {ordered.service.name} already: wait until that is done.")
        await beside.clean(connection)
        tables = Beside(connection, list(ordered.kept.values()))
        try:
            async with _filling(ordered, tables.schema) as (filling, progress):
                done = await _Rebuild(ordered, connection, tables, filling, progress).run()
        except BaseException:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
                await tables.drop()
            raise
    done.seconds = time.monotonic() - began
    return done


@asynccontextmanager
async def _filling(ordered: Ordered, schema: str) -> AsyncIterator[tuple[Filling, HowFar]]:
    """By projections whose search path is that schema alone: what would touch a live table fails."""
    mine = ordered.projections
    ends = await ordered.bus.ends([one.state.topic for one in mine])
    progress = HowFar(ordered.say, ends)
    database = await connect(_within(ordered.owner_dsn, schema), ordered.service.name, pool_max=1)
    try:
        filling = Filling(database, ordered.bus, mine, lambda: progress.read(filling.records))
        yield filling, progress
    finally:
        await database.close()


def _within(dsn: str, schema: str) -> str:
    """The same database, seen from this schema. What is not on the disk yet is there with the commit of the swap."""
    parts = urlsplit(dsn)
    settings = f"search_path={schema}&synchronous_commit=off"
    return urlunsplit(parts._replace(query=f"{parts.query}&{settings}" if parts.query else settings))


@dataclass
class _Rebuild:
    ordered: Ordered
    connection: Connection
    tables: Beside
    filling: Filling
    progress: HowFar
    done: Rebuilt = field(default_factory=Rebuilt)

    async def run(self) -> Rebuilt:
        migrated = await beside.migrations(self.connection)
        await self.tables.make()
        self.ordered.say("Reading what Kafka holds into tables beside the live ones.")
        await self._load()
        self.ordered.say(f"{self.filling.records:,} records are read. Making the indexes.")
        await self.tables.finish()
        self.ordered.say("Catching up with what has come meanwhile.")
        await self._follow()
        await self._no_less()
        await self._swap(migrated)
        self.done.records = self.filling.records
        return self.done

    async def _load(self) -> None:
        """By several processes, if there is enough to read. What comes later is caught up with."""
        ordered, ends = self.ordered, self.progress.ends
        parts = sharing.dealt(ends, ordered.processes, ordered.enough)
        if len(parts) == 1 or not ordered.another_bus:
            return await self.filling.load(ordered.copied, {})
        into = _within(ordered.owner_dsn, self.tables.schema)
        what = ordered.service.name, into, ordered.another_bus, ordered.projections, ordered.copied
        shares = [Share(*what, {place: end for place, end in ends.items() if place not in part}) for part in parts]
        for loaded in await sharing.read_all(shares, self.progress.read):
            self.filling.go_on_from(loaded)

    async def _follow(self) -> None:
        while await self.filling.catch_up() > FEW:
            pass

    async def _no_less(self) -> None:
        """Kafka may have been lost, or another one be asked: then the live tables are the only ones that know."""
        before = await self._lacking()
        await self._follow()  # what the live tables had then, they had from the log
        now = await self._lacking()
        lost = [key for key in before.keys() & now.keys() if now[key].made < before[key].live]
        if lost and not self.ordered.as_kafka_has_it:
            raise Trouble(
                f"Kafka does not hold what {self.ordered.service.name} knows of {len(lost):,} children, workers, teams "
                "or sources, or only something older: nothing was changed. If Kafka was emptied or restored, raise "
                "FEED_EPOCH first (docs/runbook.md); if it is right and the tables are wrong, add --as-kafka-has-it."
            )

    async def _lacking(self) -> dict[Key, Lacking]:
        """Without those of whom the newest record cannot be kept: they are taken over."""
        return {
            (state.topic, key): lacking
            for state, kept in self.ordered.kept.items()
            for key, lacking in (await self.tables.lacking(kept)).items()
            if (state.topic, key) not in self.filling.doubted
        }

    async def _swap(self, migrated: list[str]) -> None:
        until = time.monotonic() + SWAP_WITHIN_S
        while time.monotonic() < until:
            self.done.tries += 1
            began = time.monotonic()
            try:
                async with self.connection.transaction():
                    await self._last_round(migrated)
                    await self._in_place()
            except NOT_NOW:
                await asyncio.sleep(AGAIN_S)
                await self._follow()
            else:
                self.done.writers_waited_s = time.monotonic() - began
                return
        raise Trouble(
            f"Somebody reads the tables of {self.ordered.service.name} for long (a copy, a report: pg_stat_activity "
            "names them): nothing was changed. Run it again when they are done."
        )

    async def _last_round(self, migrated: list[str]) -> None:
        """From here on nothing is written to the live tables, and all that was came from records that are in the log:
        when those are read, nothing that the live tables know is missing."""
        await self.tables.stop_writers()
        if await beside.migrations(self.connection) != migrated:
            raise Trouble("The database was migrated meanwhile: nothing was changed. Run it again.")
        async with asyncio.timeout(LAST_ROUND_S):
            await self.filling.catch_up()
        for state, kept in self.ordered.kept.items():
            await self._carry(state, kept)

    async def _carry(self, state: type[State], kept: KeptIn) -> None:
        """Of whom the newest record cannot be kept, Kafka may hold nothing else: what was known stays, in doubt if the
        service has set that record aside already, and else from when it does."""
        doubted = {key for topic, key in self.filling.doubted if topic == state.topic}
        if known := doubted and doubted & (await self.tables.lacking(kept)).keys():
            await self.tables.carry(kept, known)

    async def _in_place(self) -> None:
        for _ in range(TRIES_TO_READ):
            began = time.monotonic()
            with suppress(asyncpg.LockNotAvailableError):
                await self.tables.put_in_place()
                self.done.searches_waited_s = time.monotonic() - began
                return
        raise TimeoutError
