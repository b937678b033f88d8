"""A mail server on this machine that keeps what it takes, and people who may be written to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.demo.mail import Catcher, Caught, caught
from services.referrals.app import service
from services.referrals.notices import commands
from services.referrals.settings import Settings
from shared.contracts.identity import Account, RoleHeld, School
from shared.database.tx import Cause
from shared.events.facts import Once
from shared.log.record import Record
from shared.web import access
from tests.referrals.world import SETTINGS, Referrals
from tests.support.web import AGREEMENT, SCHOOL, caller

REACTIONS = [reaction for reaction in service.consumed()[0] if reaction.group == "notices"]


def person(name: str, *roles: RoleHeld, **said: Any) -> Account:
    first = name.partition(" ")[0].lower()
    usual = {"revision": 1, "account_id": uuid4(), "name": name, "roles": roles, "email": f"{first}@example.org"}
    return Account(**{**usual, **said})


LEAD, HEAD = RoleHeld(role="lead", school=SCHOOL), RoleHeld(role="headteacher", school=SCHOOL)
OFFICER = RoleHeld(role="triage_officer")
AISHA, BEN, HELEN = person("Aisha Khan", LEAD), person("Ben Ode", LEAD), person("Helen Ash", HEAD)
NADIA, OTTO = person("Nadia Orrin", OFFICER), person("Otto Finch", OFFICER)
ELSEWHERE = person("Elsa Where", RoleHeld(role="lead", school="999002"))
EVERYBODY = (AISHA, BEN, HELEN, NADIA, OTTO, ELSEWHERE)
LIVE = School(revision=1, urn=SCHOOL, name="Mossgate School", agreement=AGREEMENT)
SENDER = caller("lead", account=AISHA.account_id)


@dataclass
class Sink(Catcher):
    """`refuses`: addresses that it knows nobody of. `drops`: connections that it ends in the middle of a message."""

    folder: Path
    refuses: set[str] = field(default_factory=set)
    drops: int = 0
    port: int = 0
    served: asyncio.Server | None = None

    def __post_init__(self) -> None:
        super().__init__(self.folder)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Sequence[str]
    ) -> str:
        if address in self.refuses:
            return f"550 {address} is not known here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        told = await super().handle_DATA(server, session, envelope)
        if self.drops:
            self.drops -= 1
            assert server.transport
            server.transport.close()
        return told

    @property
    def taken(self) -> list[Caught]:
        return list(caught(self.folder))

    @property
    def to(self) -> list[str]:
        return sorted(one.to.partition("@")[0] for one in self.taken)

    async def open(self, **how: Any) -> None:
        loop = asyncio.get_running_loop()
        self.served = await loop.create_server(lambda: SMTP(self, **how), "127.0.0.1", self.port)
        self.port = self.served.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self.served:
            self.served.close()
            await self.served.wait_closed()
            self.served = None


@dataclass
class Post:
    """Referrals, its facts handed to the notices as a delivery would, and its rounds of e-mail."""

    referrals: Referrals
    sink: Sink
    settings: Settings

    async def know(self, *people: Account, school: School = LIVE) -> None:
        """As the service's projections keep people, and the ends of access."""
        await self.referrals.keep(*people)
        async with self.transaction() as tx:
            await access.ACCOUNTS.put(tx, people)
            await access.SCHOOLS.put(tx, [school])

    async def hear(self, times: int = 1) -> None:
        """Deliver all facts, so often."""
        rows = await self.referrals.clone.rows("SELECT topic, key, headers::text, body FROM outbox ORDER BY seq")
        for _ in range(times):
            once = Once("referrals.notices", REACTIONS)
            facts = [fact for row in rows if (fact := once.read(_record(row)))]
            async with self.transaction() as tx:
                await once.apply(tx, facts)

    async def tell(self, **settings: Any) -> None:
        await commands.tell(self.referrals.clone.db, self.settings.model_copy(update=settings))

    async def later(self, by: str = "1 hour") -> None:
        """As if so much time had passed since each try."""
        await self.referrals.clone.execute(f"UPDATE notice SET next_at = next_at - interval '{by}'")

    async def made(self) -> UUID:
        response = await self.referrals.send(SENDER)
        assert response.status_code == 201
        return UUID(response.json()["referral_id"])

    def transaction(self) -> Any:
        return self.referrals.clone.db.transaction(Cause("test", uuid4()))


def _record(row: Any) -> Record:
    import json

    headers = {f"ce_{name}" if not name.startswith(("ce_", "content", "trace")) else name: value
               for name, value in json.loads(row["headers"]).items()}  # fmt: skip
    return Record(
        row["topic"], row["key"].encode(), bytes(row["body"]), tuple((k, v.encode()) for k, v in headers.items())
    )


@pytest.fixture
async def sink(tmp_path: Path) -> AsyncIterator[Sink]:
    made = Sink(tmp_path / "mail")
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def post(referrals: Referrals, sink: Sink) -> Post:
    """Everybody is known, and there is a mail server."""
    how = {"smtp_host": "127.0.0.1", "smtp_port": sink.port, "smtp_tls": "none", "smtp_from": "portal@example.org"}
    made = Post(referrals, sink, SETTINGS.model_copy(update={**how, "portal_url": "https://portal.example.org"}))
    await made.know(*EVERYBODY)
    return made
