"""A scene for identity: two schools, people with known proofs, and a clock that the test sets."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr

from services.identity import domain
from services.identity.commands import accounts, schools, sessions, sign_in
from services.identity.commands.sign_in import EnterCode, Entered
from services.identity.domain import Origin
from services.identity.passwords import hashed
from services.identity.settings import Settings
from shared.contracts import Event, Role
from shared.database.tx import Cause, Tx
from tests.support.databases import Clone
from tests.support.until import until

MOSSGATE, LARCHMERE = "990001", "990002"
AGREEMENT = "What the school agrees to."
HOME, ELSEWHERE = "home", "elsewhere"
EMAIL = "calwyn@example.org"
PASSWORD = "a password of the scene"
HASH = hashed(PASSWORD)
CODE_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def settings(**changes: Any) -> Settings:
    return Settings(sealing_key=SecretStr(urlsafe_b64encode(b"k" * 32).decode()), **changes)


@dataclass
class Scene:
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

    async def school(self, urn: str = MOSSGATE, name: str = "Mossgate School", text: str = AGREEMENT) -> str:
        async with self.tx() as tx:
            return await schools.admit_school(tx, urn, name, text, self.settings)

    async def account(self, *roles: tuple[Role, str | None], email: str = EMAIL) -> UUID:
        ask = accounts.OpenAccount(uuid4(), email, "Calwyn Fernshaw", HASH, CODE_SECRET, roles)
        async with self.tx() as tx:
            return (await accounts.open_account(tx, ask, self.settings)).account_id

    async def password(
        self, right: bool | None = True, email: str = EMAIL, client: str = HOME, device: str | None = None
    ) -> str:
        """One guess at a password, its check's result given; the challenge."""
        async with self.tx() as tx:
            guess = await sign_in.weigh(tx, email, Origin(client, device), self.settings)
        async with self.tx() as tx:
            return await sign_in.sign_in(tx, guess, right)

    def code(self, steps: int = 0) -> str:
        return domain.code_of(CODE_SECRET, domain.step(self.now) + steps)

    async def entered(
        self, challenge: str, code: str | None = None, client: str = HOME, device: str | None = None
    ) -> Entered:
        """One guess at a code (the present one); the secrets of session and device."""
        ask = EnterCode(challenge=SecretStr(challenge), code=SecretStr(code or self.code()))
        async with self.tx() as tx:
            return await sign_in.enter_code(tx, ask, Origin(client, device), self.settings)

    async def enter(self, challenge: str, code: str | None = None, client: str = HOME) -> str:
        """The same; the session's secret."""
        return (await self.entered(challenge, code, client)).session

    async def device(self, email: str = EMAIL, client: str = HOME, device: str | None = None) -> str:
        """A whole sign-in on a device (a new one); its secret from then on."""
        challenge = await self.password(email=email, client=client, device=device)
        entered = await self.entered(challenge, client=client, device=device)
        self.later(seconds=domain.STEP_S)
        return entered.device

    async def signed_in(self, email: str = EMAIL, client: str = HOME) -> str:
        """A whole sign-in, and the clock moved on to the next unused code."""
        secret = await self.enter(await self.password(email=email, client=client), client=client)
        self.later(seconds=domain.STEP_S)
        return secret

    async def shown(self, secret: str) -> sessions.SessionShown:
        async with self.tx() as tx:
            return await sessions.session(tx, secret, self.settings)

    async def choose(self, secret: str, role: Role, school: str | None) -> sessions.SessionShown:
        async with self.tx() as tx:
            return await sessions.choose_school(
                tx, secret, sessions.ChooseSchool(role=role, school=school), self.settings
            )

    async def token(self, secret: str, audience: sessions.Audience = "lookup", **made_for: Any) -> sessions.Token:
        """`made_for`: the role and school that the asking form was made for."""
        ask = sessions.AskToken(audience=audience, **made_for)
        async with self.tx() as tx:
            return await sessions.issue_token(tx, secret, ask, self.settings)

    async def sign_out(self, secret: str) -> None:
        async with self.tx() as tx:
            await sessions.sign_out(tx, secret, self.settings)

    async def said(self, kind: type[Event] | None = None) -> list[Any]:
        """What was said so far and committed, in order; of one kind, or of all."""
        rows: list[dict[str, Any]] = await self.clone.rows(
            "SELECT headers ->> 'ce_type' AS type, body FROM outbox WHERE body IS NOT NULL ORDER BY seq"
        )
        events = [Event.known[row["type"]].model_validate_json(row["body"]) for row in rows]
        return [event for event in events if kind is None or isinstance(event, kind)]

    async def forget_said(self) -> None:
        """Begin to listen from here."""
        await self.clone.execute("DELETE FROM outbox")

    async def waiting_for_a_lock(self) -> None:
        """Until one of this database's transactions waits for another."""
        waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        await until(lambda: self.clone.db.pool.fetchval(waits))  # as the service: a role sees its own waits
