"""Access ends in the answer's own transaction: of a session, an account, a role, a school, an agreement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter
from joserfc import jwt

from shared.contracts import State
from shared.contracts.identity import Account, RoleHeld, School, Session
from shared.database.tx import Cause
from shared.manifest import Service
from shared.settings import ServiceSettings
from shared.web import access
from shared.web.guard import Authenticated, guard
from shared.web.tokens import ALGORITHM, Caller
from tests.support.databases import Clone
from tests.support.web import AGREEMENT, SCHOOL, Issuer, Web, caller, web

router = APIRouter()
KEPT = {Session: access.SESSIONS, Account: access.ACCOUNTS, School: access.SCHOOLS}


@router.post("/questions")
async def post_question(
    asking: Annotated[Authenticated[ServiceSettings], guard("lead", "operator")],
) -> dict[str, bool]:
    async with asking.transaction():
        return {"answered": True}


@dataclass
class Asked:
    """A service that answers a lead, and what it knows of access."""

    web: Web
    clone: Clone
    who: Caller

    async def keep(self, *states: State) -> None:
        async with self.clone.db.transaction(Cause("test", self.who.session)) as tx:
            for state in states:
                await KEPT[type(state)].put(tx, [state])

    async def ask(self, **changed: Any) -> str:
        answer = await self.web.post("/questions", None, replace(self.who, **changed))
        return "answered" if answer.status_code == 200 else f"{answer.status_code} {answer.json()['type']}"

    def account(self, *schools: str | None, revision: int = 1, **said: Any) -> Account:
        roles = tuple(RoleHeld(role="lead" if school else "operator", school=school) for school in schools)
        return Account(account_id=self.who.account, name="A", roles=roles, revision=revision, **said)


@pytest.fixture
async def asked(database: Callable[..., Awaitable[Clone]]) -> Asked:
    clone = await database("shared")
    service = Service(name="shared", purpose="", package="services", settings=ServiceSettings, serves=[router])
    return Asked(web(service, ServiceSettings(), clone.db), clone, caller("lead"))


def school(status: Any = "live", agreement: str | None = AGREEMENT, revision: int = 1, **said: Any) -> School:
    return School(urn=SCHOOL, name="Mossgate", status=status, agreement=agreement, revision=revision, **said)


ACTING_ENDED = "403 /problems/acting-ended"
ACCESS_ENDED = "401 /problems/access-ended"


async def test_what_is_not_known_here_ends_nothing(asked: Asked) -> None:
    assert await asked.ask() == "answered"
    await asked.keep(asked.account(SCHOOL), school())
    assert await asked.ask() == "answered"


async def test_a_token_for_a_role_that_was_removed_is_refused(asked: Asked) -> None:
    await asked.keep(asked.account(SCHOOL), asked.account("990009", revision=2))
    assert await asked.ask() == ACTING_ENDED
    assert await asked.ask(school="990009") == "answered"
    await asked.keep(asked.account(SCHOOL))  # the older one comes again
    assert await asked.ask() == ACTING_ENDED


async def test_an_account_that_has_ended_or_has_no_role_is_answered_nothing(asked: Asked) -> None:
    await asked.keep(asked.account())
    assert await asked.ask() == ACTING_ENDED
    await asked.keep(asked.account(SCHOOL, revision=2, ended=True))
    assert await asked.ask() == ACTING_ENDED


@pytest.mark.parametrize(
    "since", [school("suspended"), school(agreement=None), school(agreement="b" * 64), school(ended=True)]
)
async def test_a_token_for_a_school_that_is_suspended_or_under_no_or_another_agreement_is_refused(
    asked: Asked, since: School
) -> None:
    await asked.keep(since)
    assert await asked.ask() == ACTING_ENDED
    assert await asked.ask(school="990009") == "answered"


async def test_council_staff_are_of_no_school_and_lose_their_role_all_the_same(asked: Asked) -> None:
    asked.who = caller("operator")
    await asked.keep(school("suspended"), asked.account(None))
    assert await asked.ask() == "answered"
    await asked.keep(asked.account(SCHOOL, revision=2))
    assert await asked.ask() == ACTING_ENDED


async def test_a_token_is_not_refused_for_a_state_older_than_what_identity_saw_when_it_made_it(asked: Asked) -> None:
    """The role was added, the school resumed, at revision 2; the state of that is still on the way."""
    await asked.keep(asked.account("990009"), school("suspended"))
    assert await asked.ask() == ACTING_ENDED
    assert await asked.ask(account_revision=2, school_revision=1) == ACTING_ENDED
    assert await asked.ask(account_revision=1, school_revision=2) == ACTING_ENDED
    assert await asked.ask(account_revision=2, school_revision=2) == "answered"
    await asked.keep(asked.account(SCHOOL, revision=2), school(revision=2))
    assert await asked.ask(account_revision=2, school_revision=2) == "answered"
    await asked.keep(asked.account(revision=3))
    assert await asked.ask(account_revision=2, school_revision=2) == ACTING_ENDED


async def test_a_disabled_account_and_an_ended_session_are_refused_whatever_the_token_says(asked: Asked) -> None:
    now = datetime.now(UTC)
    await asked.keep(asked.account(SCHOOL, disabled_at=now))
    assert await asked.ask(account_revision=9) == ACCESS_ENDED
    asked.who = caller("lead")
    await asked.keep(Session(session_id=asked.who.session, account_id=asked.who.account, ended_at=now, revision=1))
    assert await asked.ask(account_revision=9) == ACCESS_ENDED


async def test_roles_that_yesterdays_code_did_not_keep_are_not_believed(asked: Asked) -> None:
    """It raised the revision and left the roles: they are older than the token, until the same revision comes again."""
    await asked.keep(asked.account("990009"))
    await asked.clone.execute("UPDATE access_account SET revision = 2")
    assert await asked.ask(account_revision=2) == "answered"
    await asked.keep(asked.account("990009", revision=2))
    assert await asked.ask(account_revision=2) == ACTING_ENDED
    await asked.keep(asked.account(SCHOOL))
    assert await asked.ask(account_revision=1) == ACTING_ENDED


def made_by_hand(issuer: Issuer, who: Caller, **claims: Any) -> str:
    decoded = jwt.decode(issuer.token(who, "shared"), issuer.key, algorithms=[ALGORITHM])
    kept = {name: value for name, value in {**decoded.claims, **claims}.items() if value is not ...}
    return jwt.encode(decoded.header, kept, issuer.key, algorithms=[ALGORITHM])


async def ask_with(asked: Asked, token: str) -> httpx.Response:
    return await asked.web.client.post("/questions", headers={"authorization": f"Bearer {token}"})


async def test_a_token_without_revisions_is_held_against_all_that_is_known(asked: Asked) -> None:
    token = made_by_hand(asked.web.issuer, asked.who, account_revision=..., school_revision=...)
    assert (await ask_with(asked, token)).status_code == 200
    await asked.keep(asked.account(revision=0))
    assert (await ask_with(asked, token)).status_code == 403


@pytest.mark.parametrize("revision", [-1, 1 << 63, "1", None, True, 1.5])
async def test_a_revision_that_is_no_number_of_ours_is_no_token_of_ours(asked: Asked, revision: Any) -> None:
    token = made_by_hand(asked.web.issuer, asked.who, account_revision=revision)
    assert (await ask_with(asked, token)).status_code == 401
