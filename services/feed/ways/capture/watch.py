"""Watches the connector that captures the source: registers it, restarts what failed, has a missed snapshot taken."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import httpx

from services.feed.chosen import Chosen, named_by
from services.feed.mirror import store
from services.feed.settings import Settings
from services.feed.way import RAW_GROUP, RAW_TOPIC
from shared.database.pool import Database
from shared.log.kafka import Cluster, KafkaBus
from shared.observe.logs import log

TIMEOUT = httpx.Timeout(10.0, connect=2.0)
SNAPSHOT_AGAIN_S = 600.0  # a snapshot that was asked for is given so much time to be seen

AWAY = "Kafka Connect does not answer."
NOT_THERE = "Kafka Connect does not know the connector."
FAILED = "The connector's task has failed."
SLOT_GONE = "The connector's task has failed: its replication slot is gone, or has lost what it held."
SLOT_GONE_SIGNS = ("no longer available on the server", "can no longer get changes from replication slot")
"""As Debezium 3.5.0 and PostgreSQL 18 put it, the second of a slot that held back too much."""

Config = dict[str, str]
AllIsRead = Callable[[], Awaitable[bool]]
"""Whether the feed has read all that the connector has written."""


@dataclass(frozen=True, slots=True)
class ConnectorSeen:
    """The connector as it is. `states`: its own, then its tasks'."""

    config: Config
    states: list[str]
    missed: bool
    """There is no snapshot that can be trusted."""
    asked: bool
    """One was asked for, and has not begun."""


@dataclass(frozen=True, slots=True)
class WatchedConnector:
    """The connector of one source. `wanted`: its whole configuration; empty: it is only watched."""

    source: str
    name: str
    wanted: Config


def connectors(chosen: Chosen, settings: Settings) -> list[WatchedConnector]:
    """One for each source that is captured. Of several each is called as its source too."""
    captured = [strand for strand in chosen.strands if strand.way.streams]
    found = []
    for strand in captured:
        alone = len(captured) == 1
        wanted = settings.connector if alone else settings.connectors.get(strand.name, {})
        name = settings.connector_name if alone else f"{settings.connector_name}-{strand.name}"
        found.append(WatchedConnector(strand.name, name, {k: value.get_secret_value() for k, value in wanted.items()}))
    return found


class Watch:
    """Mends one thing at each look; the next look comes soon. Connect being away is a transient failure."""

    def __init__(
        self, watched: WatchedConnector, client: Callable[[], httpx.AsyncClient], all_is_read: AllIsRead
    ) -> None:
        self._source, self._wanted = watched.source, watched.wanted
        self._path = f"/connectors/{watched.name}"
        self._client, self._all_is_read = client, all_is_read
        self._asked_at = -SNAPSHOT_AGAIN_S

    async def look(self, database: Database) -> None:
        """Look once, mend the first thing that is amiss, and note what was seen: /readyz tells it."""
        done = None
        try:
            async with self._client() as connect:
                done, trouble = await self._mend(connect, database)
        except (httpx.HTTPError, ValueError, KeyError) as error:
            log.warning("connector not seen", exc_info=error)
            trouble = AWAY
        async with database.by_itself("note") as tx:
            await store.put_seen(tx, self._source, trouble)
        if done:
            log.warning("connector mended", done=done)

    async def _mend(self, connect: httpx.AsyncClient, database: Database) -> tuple[str | None, str | None]:
        """What was done, and what was seen amiss before it."""
        async with database.by_itself("look") as tx:
            phase, asked = await store.standing(tx, self._source)
        missed = phase == "missed"
        config = await self._config(connect)
        if config is None:
            return (await self._configure(connect, self._wanted) if self._wanted else None), NOT_THERE
        wanted = self._wanted or config | {"slot.drop.on.stop": "false"}
        if config not in (wanted, _leaving(wanted) if missed else wanted):
            return await self._configure(connect, wanted), None
        status = (await connect.get(f"{self._path}/status")).raise_for_status().json()
        seen = ConnectorSeen(config, [part["state"] for part in (status["connector"], *status["tasks"])], missed, asked)
        if missed and (done := await self._begin_again(connect, database, seen, wanted)):
            return done, None
        if "FAILED" not in seen.states:
            return None, _standing_still(seen.states)
        if (trouble := _failure(status)) == SLOT_GONE and not missed:
            async with database.by_itself("miss") as tx:
                await store.note_missed(
                    tx, self._source
                )  # a restart cannot help: what was committed since is only in a new snapshot
            return None, trouble
        (await connect.post(f"{self._path}/restart?includeTasks=true&onlyFailed=true")).raise_for_status()
        return "restarted", trouble

    async def _begin_again(
        self, connect: httpx.AsyncClient, database: Database, seen: ConnectorSeen, wanted: Config
    ) -> str | None:
        """A new snapshot, one step at a look: have the slot dropped, stop, forget how far it came (KIP-875), resume.

        The slot is dropped because Debezium reads a snapshot on an old slot at a position that it asks for afterwards:
        what is committed in between would be lost. With a new slot both are one. It is asked for when all that the
        connector wrote is read: an older snapshot among it would be taken for the one that was asked for. And it is
        resumed when Connect knows its configuration: it would begin one, and another one after the change.
        """
        if seen.states[0] == "STOPPED" and seen.config == _leaving(wanted):
            if not await self._all_is_read():
                return None
            async with database.by_itself("ask") as tx:
                await store.note_asked(tx, self._source)  # a crash after this: the next look does it all again
            (await connect.delete(f"{self._path}/offsets")).raise_for_status()
            return await self._configure(connect, wanted)
        if seen.states[0] == "STOPPED" and seen.asked:
            (await connect.delete(f"{self._path}/offsets")).raise_for_status()
            (await connect.put(f"{self._path}/resume")).raise_for_status()
            self._asked_at = monotonic()
            return "begun again"
        due = not seen.asked or monotonic() - self._asked_at >= SNAPSHOT_AGAIN_S
        if not due or not await self._has_come_far(connect):
            return None
        if seen.config != _leaving(wanted):
            return await self._configure(connect, _leaving(wanted))
        (await connect.put(f"{self._path}/stop")).raise_for_status()
        return "stopped"

    async def _config(self, connect: httpx.AsyncClient) -> Config | None:
        answer = await connect.get(f"{self._path}/config")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        config: Config = answer.raise_for_status().json()
        return {name: value for name, value in config.items() if name != "name"}

    async def _configure(self, connect: httpx.AsyncClient, config: Config) -> str:
        (await connect.put(f"{self._path}/config", json=config)).raise_for_status()
        return "configured"

    async def _has_come_far(self, connect: httpx.AsyncClient) -> bool:
        offsets: dict[str, Any] = (await connect.get(f"{self._path}/offsets")).raise_for_status().json()
        return bool(offsets.get("offsets"))


def _failure(status: dict[str, Any]) -> str:
    """Why a task failed, as far as it is known; nothing of its trace, which may quote what it read."""
    traces = "".join(part.get("trace") or "" for part in (status["connector"], *status["tasks"]))
    return SLOT_GONE if any(sign in traces for sign in SLOT_GONE_SIGNS) else FAILED


def _standing_still(states: list[str]) -> str | None:
    if len(states) < 2:
        return "The connector has no task." if states[0] == "RUNNING" else f"The connector is {states[0].lower()}."
    return next((f"The connector is {state.lower()}." for state in states if state in ("PAUSED", "STOPPED")), None)


def _leaving(config: Config) -> Config:
    """The same connector, dropping its slot when it stops."""
    return config | {"slot.drop.on.stop": "true"}


_watches: WeakKeyDictionary[Database, list[Watch]] = WeakKeyDictionary()


async def look(
    database: Database, settings: Settings, topic: str = RAW_TOPIC, group: str = f"feed.{RAW_GROUP}"
) -> None:
    """Look once at each connector, where there is a Kafka Connect; the process remembers what it asked for."""
    if not settings.connect_url:
        return
    if database not in _watches:
        all_is_read = partial(_all_is_read, Cluster.of(settings), topic, group)
        asked = connectors(named_by(settings), settings)
        _watches[database] = [Watch(one, lambda: _connect(settings), all_is_read) for one in asked]
    for watch in _watches[database]:
        await watch.look(database)


async def _all_is_read(cluster: Cluster, topic: str, group: str) -> bool:
    bus = KafkaBus(cluster, "feed-watch")
    try:
        ends, done = await bus.ends([topic]), await bus.committed(group, [topic])
    except Exception as error:  # Kafka is away: looked at again soon
        log.warning("what is read is not known", exc_info=error)
        return False
    finally:
        await bus.stop()
    return all(done.get(place, 0) >= end for place, end in ends.items())


def _connect(settings: Settings) -> httpx.AsyncClient:
    password = settings.connect_password.get_secret_value()
    auth = (settings.connect_user, password) if password else None
    return httpx.AsyncClient(base_url=settings.connect_url, auth=auth, timeout=TIMEOUT)
