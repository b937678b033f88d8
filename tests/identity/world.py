"""Identity's world: its commands on a real database, schools, people with known proofs, a clock that the test sets."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc.jwk import KeySet
from pydantic import SecretStr

from services.identity import sealing
from services.identity.accounts import commands as accounts
from services.identity.app import service
from services.identity.keys import commands as keys
from services.identity.schools import commands as schools
from services.identity.sessions import commands as sessions
from services.identity.sessions.domain import Audience
from services.identity.settings import Settings
from services.identity.sign_in import commands as sign_in
from services.identity.sign_in import domain, store
from services.identity.sign_in.domain import Bucket, Origin, SignInRefusal
from services.identity.sign_in.passwords import hashed
from shared.contracts import Event, Role
from shared.contracts.identity import AccessToken, Proved, RoleHeld, SignedInPerson
from shared.database.tx import Cause, Tx
from shared.revisions import next_revision
from tests.support.databases import Clone
from tests.support.until import until
from tests.support.web import Web

MOSSGATE, LARCHMERE = "990001", "990002"
AGREEMENT = "What the school agrees to."
HOME, ELSEWHERE = "home", "elsewhere"
"""Two network addresses, as the gateway hashed them."""
EMAIL, TWO_SCHOOLS = "calwyn@example.org", "two@example.org"
"""The lead of Mossgate, and somebody with another role or school too."""
PASSWORD = "a password of the world"
HASH = hashed(PASSWORD)
CODE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
FIRST = next_revision(0, epoch=1)
"""The first revision of every state."""


def settings(**changes: Any) -> Settings:
    return Settings(sealing_key=SecretStr(urlsafe_b64encode(b"k" * 32).decode()), **changes)


def part(token: str, number: int) -> dict[str, Any]:
    """A signed token's header (0) or claims (1)."""
    text = token.split(".")[number]
    return dict(json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4))))


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def post(door: Web, path: str, body: Any, **headers: str) -> httpx.Response:
    """As the gateway asks for somebody at HOME."""
    return await door.client.post(path, json=body, headers={"x-client": HOME, **headers})


async def signed_in_over_http(door: Web, world: World) -> str:
    """A whole sign-in at the real time; the session's secret."""
    world.set_real_time()
    first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    assert first.status_code == 201
    second = await post(door, "/sign-ins/code", {"challenge": first.json()["challenge"], "code": world.code()})
    assert second.status_code == 201
    return str(second.json()["session"])


@dataclass
class World:
    """Identity's commands, each in a transaction of its own at `now`."""

    clone: Clone
    settings: Settings = field(default_factory=settings)
    now: datetime = NOON

    @asynccontextmanager
    async def tx(self) -> AsyncIterator[Tx]:
        async with self.clone.db.transaction(Cause("test", uuid4())) as tx:
            tx.now = self.now
            yield tx

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    def set_real_time(self) -> None:
        """For what is judged by the real clock: the web application, and a reader of tokens."""
        self.now = datetime.now(UTC)

    # Schools and accounts

    async def school(self, urn: str = MOSSGATE, name: str = "Mossgate School", text: str = AGREEMENT) -> str:
        async with self.tx() as tx:
            return await schools.admit_school(tx, urn, name, text, self.settings)

    async def account(self, *roles: tuple[Role, str | None], email: str = EMAIL) -> UUID:
        ask = accounts.OpenAccount(uuid4(), email, "Calwyn Fernshaw", HASH, CODE_SECRET, roles)
        async with self.tx() as tx:
            return (await accounts.open_account(tx, ask, self.settings)).account_id

    async def account_id(self, email: str = EMAIL) -> UUID:
        found = await self.clone.value("SELECT account_id FROM account WHERE email = $1", email)
        assert isinstance(found, UUID)
        return found

    # Signing in

    async def password(
        self, right: bool | None = True, email: str = EMAIL, client: str = HOME, device: str | None = None
    ) -> str:
        """One guess at a password, the result of whose check is `right`; the secret of its challenge."""
        async with self.tx() as tx:
            guess = await sign_in.count_guess(tx, email, Origin(client, device), self.settings)
        async with self.tx() as tx:
            return await sign_in.answer_password(tx, guess, right)

    async def guess_wrong(
        self, times: int, email: str = EMAIL, client: str = ELSEWHERE, device: str | None = None
    ) -> None:
        for _ in range(times):
            with pytest.raises(SignInRefusal):
                await self.password(right=False, email=email, client=client, device=device)

    async def count_guesses(self, *guesses: tuple[str, str]) -> None:
        """Wrong guesses at a password of (email, from client), counted as `count_guess` does: many, fast."""
        async with self.tx() as tx:
            for email, client in guesses:
                subject = sealing.keyed(self.settings.sealing_bytes, email)
                await store.add_guess(tx, uuid4(), subject, Bucket(client, known=False), "password")

    def code(self, steps: int = 0) -> str:
        """The code of now, or of so many steps later."""
        return domain.code_of(CODE_SECRET, domain.step(self.now) + steps)

    async def entered(
        self, challenge: str, code: str | None = None, client: str = HOME, device: str | None = None
    ) -> Proved:
        """One guess at a code (the right one); the secrets of session and device."""
        async with self.tx() as tx:
            return await sign_in.enter_code(tx, challenge, code or self.code(), Origin(client, device), self.settings)

    async def enter(self, challenge: str, code: str | None = None, client: str = HOME) -> str:
        """The same; the session's secret."""
        return (await self.entered(challenge, code, client)).session

    async def device(self, email: str = EMAIL, client: str = HOME, device: str | None = None) -> str:
        """A whole sign-in on a device (a new one); the secret by which it is known from then on."""
        challenge = await self.password(email=email, client=client, device=device)
        entered = await self.entered(challenge, client=client, device=device)
        self.later(seconds=domain.STEP_S)
        return entered.device

    async def signed_in(self, email: str = EMAIL, client: str = HOME) -> str:
        """A whole sign-in, and the clock moved on to the next unused code; the session's secret."""
        secret = await self.enter(await self.password(email=email, client=client), client=client)
        self.later(seconds=domain.STEP_S)
        return secret

    # Sessions

    async def shown(self, secret: str) -> SignedInPerson:
        async with self.tx() as tx:
            return await sessions.show(tx, secret, self.settings)

    async def choose(self, secret: str, role: Role, school: str | None) -> SignedInPerson:
        async with self.tx() as tx:
            return await sessions.choose_role(tx, secret, RoleHeld(role=role, school=school), self.settings)

    async def token(
        self, secret: str, audience: Audience = "lookup", made_for: tuple[Role, str | None] | None = None
    ) -> AccessToken:
        """`made_for`: the role and school that the asking form was made for."""
        role = RoleHeld(role=made_for[0], school=made_for[1]) if made_for else None
        async with self.tx() as tx:
            return await sessions.issue_token(tx, secret, audience, role, self.settings)

    async def sign_out(self, secret: str) -> None:
        async with self.tx() as tx:
            await sessions.sign_out(tx, secret, self.settings)

    async def published_keys(self) -> KeySet:
        async with self.tx() as tx:
            return KeySet.import_key_set({"keys": await keys.published_keys(tx, self.settings)})

    async def periodic_work(self) -> None:
        """One run of every periodic work, at the real time: long after the world's own clock."""
        for each in service.works_loaded():
            await each.work(self.clone.db, self.settings)

    # What came of it

    async def emitted(self, kind: type[Event] | None = None) -> list[Any]:
        """The committed events so far, in order; of one class, or all."""
        rows: list[dict[str, Any]] = await self.clone.rows(
            "SELECT headers ->> 'ce_type' AS type, body FROM outbox WHERE body IS NOT NULL ORDER BY seq"
        )
        events = [Event.known[row["type"]].model_validate_json(row["body"]) for row in rows]
        return [event for event in events if kind is None or isinstance(event, kind)]

    async def forget_emitted(self) -> None:
        """From here on `emitted` gives only what is new."""
        await self.clone.execute("DELETE FROM outbox")

    async def count(self, table: str) -> int:
        number = await self.clone.value(f"SELECT count(*) FROM {table}")
        assert isinstance(number, int)
        return number

    async def waiting_for_a_lock(self) -> None:
        """Until one of this database's transactions waits for another."""
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        await until(lambda: self.clone.db.pool.fetchval(waits))  # as the service: a role sees its own waits
