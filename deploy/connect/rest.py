"""Kafka Connect's REST interface: given the one that captures the source."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx

from deploy.trouble import Trouble

USER = "portal"
REQUEST_S = 30
PUT_TRIES = 20  # Connect answers 409 while its worker joins its group
PUT_PAUSE_S = 0.5


def client(connect_url: str, password: str | None) -> httpx.AsyncClient:
    """A client of the REST interface at this address. `password` None: the worker asks for none."""
    auth = (USER, password) if password else None
    return httpx.AsyncClient(base_url=connect_url, auth=auth, timeout=REQUEST_S, trust_env=False)


async def put_connector(connect_url: str, password: str | None, name: str, config: Mapping[str, Any]) -> None:
    """The connector as configured, made or changed. The answer is not shown: it would hold the source's password."""
    said = ""
    async with client(connect_url, password) as connect:
        for _ in range(PUT_TRIES):
            try:
                answer = await connect.put(f"/connectors/{name}/config", json=dict(config))
            except httpx.TransportError as error:  # a busy machine; if Connect took it all the same, it does so again
                said = type(error).__name__
                continue
            if answer.is_success:
                return
            said = str(answer.status_code)
            if answer.status_code != httpx.codes.CONFLICT:
                break
            await asyncio.sleep(PUT_PAUSE_S)
    raise Trouble(
        f"Kafka Connect refused the connector {name} with {said}: look at `portal logs connect`, and at"
        " whether the source database has wal_level=logical and a free replication slot."
    )
