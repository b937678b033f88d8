"""Watches the connector that captures the source: registers it, restarts what failed, has a missed snapshot taken."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import httpx

from services.feed import store
from services.feed.settings import Settings
from shared.db import Cause, Database
from shared.telemetry import log

TIMEOUT_S = 10.0


class Watch:
    """One look at a time. Connect being away is weather: the next look comes soon."""

    def __init__(self, settings: Settings, client: Callable[[], httpx.AsyncClient]) -> None:
        self._path = f"/connectors/{settings.connector_name}"
        self._wanted = {name: value.get_secret_value() for name, value in settings.connector.items()}
        self._client = client

    async def look(self, database: Database) -> None:
        """Mend the first thing that is amiss; the next look sees to the next."""
        try:
            async with self._client() as connect:
                done = await self._mend(connect, database)
        except httpx.HTTPError as error:
            log.warning("connect does not answer", exc_info=error)
            return
        if done:
            log.warning("connector mended", done=done)

    async def _mend(self, connect: httpx.AsyncClient, database: Database) -> str | None:
        if self._wanted and await self._config(connect) != self._wanted:
            (await connect.put(f"{self._path}/config", json=self._wanted)).raise_for_status()
            return "configured"
        answer = await connect.get(f"{self._path}/status")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None  # nobody has registered it yet, and nobody told us how
        status = answer.raise_for_status().json()
        if any(part["state"] == "FAILED" for part in (status["connector"], *status["tasks"])):
            (await connect.post(f"{self._path}/restart?includeTasks=true&onlyFailed=true")).raise_for_status()
            return "restarted"
        return await self._begin_again(connect, status["connector"]["state"], await _missed(database))

    async def _config(self, connect: httpx.AsyncClient) -> dict[str, str] | None:
        answer = await connect.get(f"{self._path}/config")
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        config: dict[str, str] = answer.raise_for_status().json()
        return {name: value for name, value in config.items() if name != "name" or "name" in self._wanted}

    async def _begin_again(self, connect: httpx.AsyncClient, state: str, missed: bool) -> str | None:
        """Where the snapshot was missed: stop, forget how far it came (KIP-875), resume; one of them each look."""
        if state == "STOPPED":
            if missed:
                (await connect.delete(f"{self._path}/offsets")).raise_for_status()
            (await connect.put(f"{self._path}/resume")).raise_for_status()
            return "resumed"
        if not missed:
            return None
        offsets: dict[str, Any] = (await connect.get(f"{self._path}/offsets")).raise_for_status().json()
        if not offsets.get("offsets"):
            return None  # it has forgotten already, and is on its way
        (await connect.put(f"{self._path}/stop")).raise_for_status()
        return "stopped, to begin with a snapshot"


async def _missed(database: Database) -> bool:
    async with database.transaction(Cause(database.service, uuid4()), "look") as tx:
        return await store.phase(tx) == "missed"


def look(settings: Settings) -> Callable[[Database], Awaitable[None]]:
    """The periodic work of one process."""
    return Watch(settings, lambda: httpx.AsyncClient(base_url=settings.connect_url, timeout=TIMEOUT_S)).look
