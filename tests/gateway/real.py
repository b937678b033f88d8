"""The gateway with the real identity and lookup behind it, each on its own database; only the sockets are left out."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from services.gateway.app import service as gateway
from services.identity.accounts.commands import OpenAccount, open_account
from services.identity.app import service as identity
from services.identity.schools.commands import admit_school
from services.identity.settings import Settings as IdentitySettings
from services.identity.sign_in import domain
from services.identity.sign_in.passwords import hashed
from services.lookup.app import service as lookup
from services.lookup.records import projections
from services.lookup.settings import Settings as LookupSettings
from shared.contracts import Role
from shared.contracts.feed import Child, Freshness, Roll
from shared.database.tx import Cause, Tx
from shared.events.freshness import FRESHNESS
from shared.web.tokens import Keys
from tests.gateway import world
from tests.support.databases import Clone
from tests.support.web import application

IDENTITY, LOOKUP = "http://identity.test", "http://lookup.test"
EMAIL, PASSWORD, CODE_SECRET = "lead@example.org", "a password of the stack", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HASH = hashed(PASSWORD)
UPNS = {"990001": "B801200005001", "990002": "L850200023001"}
"""Two schools, and of each the one child on its roll."""
SCHOOL_ADDRESS, ELSEWHERE = "192.0.2.1", "192.0.2.2"

MakeDatabase = Callable[..., Awaitable[Clone]]


class Browser:
    """One browser: its cookies, and the token of the last form that it was shown."""

    def __init__(self, app: FastAPI, address: str = SCHOOL_ADDRESS) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
        self.client = httpx.AsyncClient(transport=transport, base_url="https://portal.test")

    async def form(self, path: str) -> str:
        """The token of the page there."""
        page = await self.client.get(path, follow_redirects=True)
        return re.findall(r'name="token" value="([^"]+)"', page.text.partition("<main")[2])[0]

    async def send(self, path: str, token: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data={"token": token, **fields})

    async def password(self, password: str = PASSWORD) -> httpx.Response:
        return await self.send("/sign-in", await self.form("/sign-in"), email=EMAIL, password=password)

    async def find(self, token: str, upn: str) -> httpx.Response:
        return await self.send("/find", token, by="upn", upn=upn, purpose="welfare")

    async def choose(self, token: str, place: str) -> httpx.Response:
        return await self.send("/school", token, place=place)


@dataclass
class Stack:
    """The three services, and what the test may do beside the pages."""

    app: FastAPI
    identity: Clone
    lookup: Clone
    settings: IdentitySettings

    def browser(self, address: str = SCHOOL_ADDRESS) -> Browser:
        return Browser(self.app, address)

    @asynccontextmanager
    async def tx(self, clone: Clone) -> AsyncIterator[Tx]:
        async with clone.db.transaction(Cause("test", uuid4())) as tx:
            yield tx

    async def account(self, *roles: tuple[Role, str | None]) -> UUID:
        ask = OpenAccount(uuid4(), EMAIL, "Calwyn Fernshaw", HASH, CODE_SECRET, roles)
        async with self.tx(self.identity) as tx:
            return (await open_account(tx, ask, self.settings)).account_id

    async def fill(self) -> None:
        """Two schools under an agreement, each with a child on its roll, and records that are fresh."""
        async with self.tx(self.identity) as tx:
            for urn in UPNS:
                await admit_school(tx, urn, f"School {urn}", "What the school agrees to.", self.settings)
        async with self.tx(self.lookup) as tx:
            await projections.put_children(tx, [_child(urn, upn) for urn, upn in UPNS.items()])
            await FRESHNESS.put(tx, [Freshness(revision=1, as_of=datetime.now(UTC))])

    async def code(self) -> str:
        """The next that has not been used; the last used one is forgotten, so that nobody waits for the clock."""
        await self.identity.execute("UPDATE account SET used_step = NULL")
        return domain.code_of(CODE_SECRET, domain.step(datetime.now(UTC)))

    async def signed_in(self, browser: Browser) -> httpx.Response:
        """A whole sign-in through the pages; the last answer."""
        assert (await browser.password()).status_code == 303
        token = await browser.form("/sign-in/code")
        return await browser.send("/sign-in/code", token, code=await self.code())


def _child(urn: str, upn: str) -> Child:
    rolls = (Roll(school=urn, starts=date(2020, 9, 1)),)
    return Child(
        revision=1, child_id=uuid4(), upn=upn, given_name="Mira", family_name=f"Of{urn}", born=date(2014, 4, 3),
        rolls=rolls,
    )  # fmt: skip


@asynccontextmanager
async def stack(database: MakeDatabase) -> AsyncIterator[Stack]:
    settings = IdentitySettings(sealing_key=SecretStr(urlsafe_b64encode(b"k" * 32).decode()))
    clones = {"identity": await database("identity"), "lookup": await database("lookup")}
    who = application(identity, settings, clones["identity"].db, Keys(IDENTITY, httpx.AsyncClient()))
    mounts: dict[str, httpx.AsyncBaseTransport | None] = {"all://identity.test": httpx.ASGITransport(who)}
    async with httpx.AsyncClient(mounts=mounts, trust_env=False) as keys_client:
        where = application(lookup, LookupSettings(), clones["lookup"].db, Keys(IDENTITY, keys_client))
        mounts["all://lookup.test"] = httpx.ASGITransport(where)
        async with httpx.AsyncClient(mounts=mounts, trust_env=False) as behind:
            front = application(
                gateway, world.settings(identity_url=IDENTITY, lookup_url=LOOKUP), None, Keys(IDENTITY, keys_client)
            )
            front.state.client = behind
            made = Stack(front, clones["identity"], clones["lookup"], settings)
            await made.fill()
            yield made
