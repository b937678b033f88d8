"""A whole portal, and people who have signed in to it, asked over HTTP behind the pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.local.processes.run import RunFile
from deploy.operate import databases
from tests.support.portal import Portal as Shell
from tests.support.until import until

ANSWER_MAX_S = 30.0
BACK_MAX_S = 120.0


@dataclass
class Person:
    """Somebody who has signed in. `tokens` are fetched when needed; empty it and they are fetched anew."""

    role: str
    school: str | None
    session: str
    places: Mapping[str, str]
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def bearer(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.session}"}

    async def token(self, audience: str) -> str:
        if audience not in self.tokens:
            url = f"{self.places['identity']}/tokens"
            answer = await self.client.post(url, json={"audience": audience}, headers=self.bearer)
            if answer.status_code != httpx.codes.OK:
                return ""
            self.tokens[audience] = answer.json()["token"]
        return self.tokens[audience]

    async def ask(self, service: str, path: str, body: Any, **headers: str) -> httpx.Response:
        """POST as this person; header names with underscores for hyphens."""
        bearer = {"authorization": f"Bearer {await self.token(service)}"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post(f"{self.places[service]}{path}", json=body, headers={**bearer, **named})

    async def search(self, upn: str, correlation: UUID | None = None) -> httpx.Response:
        body = {"upn": upn, "purpose": "welfare"}
        return await self.ask("lookup", "/searches", body, x_correlation_id=str(correlation or uuid4()))


class Portal:
    """One that runs. A person stays signed in from test to test for as long as the session lasts."""

    def __init__(self, shell: Shell, client: httpx.AsyncClient) -> None:
        self.home = shell.home
        self.client = client
        self.places = shell.status
        self._shell = shell
        self._people: dict[tuple[str, int], Person] = {}

    async def command(self, *words: str) -> str:
        return await asyncio.to_thread(self._shell.do, *words)

    async def pid(self, part: str) -> int:
        return RunFile(self.home).read().parts[part].pid

    async def ready(self, part: str) -> bool:
        """Whether it answers, as far as the supervisor has seen."""
        return RunFile(self.home).read().parts[part].state == "ready"

    def sql(self, database: str) -> AbstractAsyncContextManager[Any]:
        """A look into one database as the administrator; the council's case system is called council."""
        cluster = self.places["source" if database == "council" else "postgres"]
        return databases.connected(databases.at(cluster, database))

    async def person(self, role: str, number: int = 0) -> Person:
        """The nth account of this role; an account of two schools comes last."""
        known = self._people.get((role, number))
        if known is None or not await self._lasts(known):
            self._people[role, number] = await self._signed_in(role, number)
        return self._people[role, number]

    async def _lasts(self, person: Person) -> bool:
        url = f"{self.places['identity']}/session"
        answer = await until(lambda: _answer(self.client, url, person.bearer), within_s=BACK_MAX_S)
        return answer is not None and answer.status_code == httpx.codes.OK

    async def _signed_in(self, role: str, number: int) -> Person:
        account = [row for row in self._shell.accounts if row["role"] == role][number]
        pair = {"email": account["email"], "password": account["password"]}
        begun = await self._said("/sign-ins", pair)
        code = await asyncio.to_thread(self._shell.code, account["email"])
        done = await self._said("/sign-ins/code", {"challenge": begun["challenge"], "code": code})
        return Person(role, account["school"], done["session"], self.places, self.client)

    async def _said(self, path: str, body: Mapping[str, str]) -> Any:
        answer = await self.client.post(f"{self.places['identity']}{path}", json=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        return answer.json()


async def _answer(client: httpx.AsyncClient, url: str, headers: Mapping[str, str]) -> httpx.Response | None:
    """None while nobody answers, or the service cannot: the test before may have killed it."""
    try:
        answer = await client.get(url, headers=dict(headers))
    except httpx.HTTPError:
        return None
    return None if answer.is_server_error else answer


@asynccontextmanager
async def running(home: Path, *options: str, **environment: str) -> AsyncIterator[Portal]:
    """Up in this home with these variables, and down in the end."""
    shell = Shell(home, environment)
    try:
        await asyncio.to_thread(shell.up, *options)
        async with httpx.AsyncClient(timeout=ANSWER_MAX_S, trust_env=False) as client:
            yield Portal(shell, client)
    finally:
        await asyncio.to_thread(shell.ask, "down")
