"""Referrals' world: the service over a real database, a child on a roll, a concern, and a lead who sends it."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
from pydantic import SecretStr

from services.referrals.app import service
from services.referrals.making import commands
from services.referrals.making.commands import MakeReferral
from services.referrals.making.domain.concern import Concern
from services.referrals.making.domain.roll import NotOnRoll
from services.referrals.settings import Settings
from shared.contracts import State
from shared.contracts.feed import SOURCE_KEY, Allocation, Child, Freshness, Roll, Team, Worker
from shared.database.tx import Cause, Tx
from shared.web.tokens import Caller
from tests.support.databases import Clone
from tests.support.fresh import of_several as fresh_of_several
from tests.support.projecting import project, projectors
from tests.support.web import SCHOOL, Web, caller, web

OTHER_SCHOOL = "999002"
LONG_AGO = date(2020, 9, 1)
SETTINGS = Settings(sealing_key=SecretStr(urlsafe_b64encode(b"r" * 32).decode()))
LIMIT = SETTINGS.freshness_limit
WORDS = "Canary of a concern: bruises seen on Monday."


def child(**said: Any) -> Child:
    """Mira O'Quillane, on the roll of the lead's school."""
    usual: dict[str, Any] = {
        "revision": 1,
        "child_id": uuid4(),
        "upn": None,
        "given_name": "Mira",
        "family_name": "O'Quillane",
        "born": date(2014, 4, 3),
        "rolls": (on_roll(),),
    }
    return Child(**{**usual, **said})


def on_roll(school: str = SCHOOL, starts: date = LONG_AGO, ends: date | None = None) -> Roll:
    return Roll(school=school, starts=starts, ends=ends)


MIRA = child()
NORTH = Team(revision=1, team_id=uuid4(), name="Northbrook", duty_phone="01632 960111", duty_hours="always")
ROWAN = Worker(
    revision=1, worker_id=uuid4(), name="Rowan Achterberg", role="social_worker", team_id=NORTH.team_id,
    phone="01632 960222",
)  # fmt: skip
OFFICER = caller("triage_officer")

ROWANS = {"name": "Rowan Achterberg", "role": "social_worker", "lead": True, "team": "Northbrook"}
CALLABLE = {**ROWANS, "phone": "01632 960222", "duty_phone": None}
"""ROWAN, as an officer reads them when they may be called."""
AWAY = {**ROWANS, "phone": None, "duty_phone": "01632 960111"}
"""ROWAN, as an officer reads them when the duty line serves instead."""


def allocated(**said: Any) -> Allocation:
    """ROWAN, as the lead worker."""
    return Allocation(**{"worker_id": ROWAN.worker_id, "lead": True, "starts": LONG_AGO, **said})


def body(**said: Any) -> dict[str, Any]:
    """A request that is accepted."""
    usual = {
        "child_id": str(MIRA.child_id),
        "urgency": "not_urgent",
        "kind": "concern",
        "concern": WORDS,
        "done_so_far": "We spoke with her father.",
        "parents_know": True,
        "contact": "01632 960444, Aisha",
    }
    return {**usual, **said}


def ask(key: UUID | None = None, **said: Any) -> MakeReferral:
    """The same request as a command, with the gate's answer of before `urgency`."""
    usual: dict[str, Any] = {"gate": "not_urgent", "called_at": None, "called_number": None, "kind": "concern"}
    usual |= {"concern": WORDS, "done_so_far": "", "parents_know": True, "parents_reason": None}
    usual |= {"contact": "Aisha", "child_said": None, "family": None}
    return MakeReferral(key or uuid4(), MIRA.child_id, Concern(**{**usual, **said}))


@dataclass
class Referrals:
    """The service: states that it is to keep, and its front door."""

    clone: Clone
    who: Caller = field(default_factory=lambda: caller("lead"))
    web: Web = field(init=False)

    def __post_init__(self) -> None:
        self.web = web(service, SETTINGS, self.clone.db)

    async def keep(self, *states: State) -> None:
        """Project these states as one delivery of each kind would."""
        await project(service, self.clone, *states)

    async def change(self, revision: int = 2, **said: Any) -> None:
        """MIRA as she is now."""
        await self.keep(MIRA.model_copy(update={"revision": revision, **said}))

    async def is_fresh(self, as_of: datetime | None = None) -> None:
        """The rolls are complete up to now, or up to then."""
        await self.clone.execute("DELETE FROM freshness")
        await self.keep(Freshness(revision=1, source=SOURCE_KEY, as_of=as_of or datetime.now(UTC)))

    async def of_several(self, *ages: tuple[float, int]) -> datetime:
        """The records come of several sources: (seconds ago that it is complete up to, seconds that this counts)."""
        await self.clone.execute("DELETE FROM freshness")
        fresh = fresh_of_several(*ages)
        await self.keep(fresh)
        return fresh.as_of

    async def is_stale(self) -> datetime:
        """The rolls are older than the limit: complete up to the moment that is returned."""
        as_of = datetime.now(UTC) - LIMIT - timedelta(seconds=5)
        await self.is_fresh(as_of)
        return as_of

    async def send(self, who: Caller | None = None, key: UUID | str | None = None, **said: Any) -> httpx.Response:
        sent = str(key or uuid4())
        return await self.web.post("/referrals", body(**said), who or self.who, idempotency_key=sent)

    async def made(self, **said: Any) -> dict[str, Any]:
        """Its receipt."""
        response = await self.send(**said)
        assert response.status_code == 201, response.text
        told: dict[str, Any] = response.json()
        return told

    async def doubt(self, *states: State) -> None:
        """A newer record of each was set aside, beside one whose key is no id."""
        for state in states:
            doubt = projectors(service)[type(state)].doubt
            assert doubt
            async with self.transaction() as tx:
                await doubt(tx, [state.key, "no uuid"])

    async def read(self, reference: str, who: Caller | None = None) -> httpx.Response:
        return await self.web.get(f"/referrals/{reference}", who or self.who)

    async def opened(self, reference: str, who: Caller = OFFICER) -> dict[str, Any]:
        """The whole of it, as a triage officer reads it."""
        response = await self.read(reference, who)
        assert response.status_code == 200, response.text
        told: dict[str, Any] = response.json()
        return told

    def moment_ago(self) -> str:
        """A time at which the school may have called."""
        return (datetime.now(UTC) - timedelta(hours=1)).isoformat()

    def transaction(self) -> Any:
        return self.clone.db.transaction(Cause(str(self.who.account), uuid4()))

    async def make_at(self, now: datetime) -> str:
        """Send at another moment, from records that are fresh then: `made`, or the name of the refusal."""
        try:
            async with self.transaction() as tx:
                tx.now = now
                await tx.execute("UPDATE freshness SET as_of = $1", now)
                await commands.make_referral(tx, self.who, ask(), SETTINGS)
        except NotOnRoll as refusal:
            return type(refusal).__name__
        return "made"

    async def make(self, tx: Tx, asked: MakeReferral, choose: Any = None) -> str:
        """The reference, drawn by `choose` if it is given."""
        drawn = {"choose": choose} if choose else {}
        return (await commands.make_referral(tx, self.who, asked, SETTINGS, **drawn)).reference

    async def facts(self) -> Sequence[dict[str, Any]]:
        rows = await self.clone.rows("SELECT body, headers FROM outbox ORDER BY seq")
        return [{**json.loads(bytes(row["body"])), "type": _type(row["headers"])} for row in rows]  # type: ignore[call-overload]


def _type(headers: Any) -> str:
    """SignedIn of identity.SignedIn.v1."""
    read = json.loads(headers) if isinstance(headers, str) else headers
    return str(read["ce_type"]).split(".")[1]
