"""Accounts: opened, disabled; their states' revisions only grow, whoever is at it."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.identity.accounts import commands
from services.identity.accounts.domain import EmailTaken, NotYourAccount
from services.identity.sessions.domain import SessionOver
from services.identity.sign_in.domain import ChallengeOver, SignInRefusal
from shared.contracts import Role
from shared.contracts.identity import Account, AccountDisabled, DisablingRefused, Session, SignedOut
from shared.database.tx import DatabaseFailed
from shared.web.tokens import Caller
from tests.identity.world import ELSEWHERE, EMAIL, FIRST, LARCHMERE, MOSSGATE, TWO_SCHOOLS, World
from tests.support.web import caller


async def disable(world: World, who: Caller, account_id: UUID) -> None:
    async with world.tx() as tx:
        await commands.disable_account(tx, who, account_id, world.settings)


async def test_an_account_is_emitted_with_its_roles(world: World) -> None:
    made = await world.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO_SCHOOLS)
    [account] = await world.emitted()
    assert isinstance(account, Account)
    assert (account.account_id, account.revision, account.disabled_at) == (made, FIRST, None)
    assert [(held.role, held.school) for held in account.roles] == [("lead", MOSSGATE), ("lead", LARCHMERE)]
    assert account.email == TWO_SCHOOLS


async def test_an_address_is_in_the_body_of_its_accounts_state_and_in_no_fact_key_or_header(world: World) -> None:
    await disable(world, caller("operator"), await world.account_id())
    rows = await world.clone.rows("SELECT topic, key, headers::text, body FROM outbox")
    assert {row["topic"] for row in rows if b"example.org" in bytes(row["body"])} == {Account.topic}
    assert not any("example" in row["key"] + row["headers"] for row in rows)


async def test_an_account_that_older_code_emitted_is_emitted_anew_once_with_a_higher_revision(world: World) -> None:
    await world.account(("lead", LARCHMERE), email=TWO_SCHOOLS)
    await world.clone.execute("UPDATE account SET emitted_form = 0 WHERE email = $1", EMAIL)
    await world.forget_emitted()
    for _ in range(2):
        await commands.emit_anew(world.clone.db, world.settings)
    [account] = await world.emitted()
    assert isinstance(account, Account)
    assert (account.email, account.revision) == (EMAIL, FIRST + 1)
    assert [(held.role, held.school) for held in account.roles] == [("lead", MOSSGATE)]


async def test_what_yesterdays_code_changes_meanwhile_is_emitted_anew_too(world: World) -> None:
    await world.clone.execute("UPDATE account SET revision = revision + 1, disabled_at = now()")
    await commands.emit_anew(world.clone.db, world.settings)
    [account] = await world.emitted()
    assert isinstance(account, Account)
    assert (account.email, account.revision, account.disabled_at is None) == (EMAIL, FIRST + 2, False)


async def test_todays_accounts_are_not_emitted_anew(world: World) -> None:
    await world.account(("lead", LARCHMERE), email=TWO_SCHOOLS)
    await disable(world, caller("operator"), await world.account_id())
    await world.forget_emitted()
    await commands.emit_anew(world.clone.db, world.settings)
    assert await world.emitted() == []


async def test_one_address_is_one_account(world: World) -> None:
    with pytest.raises(EmailTaken):
        await world.account(("lead", MOSSGATE), email=EMAIL.upper())
    assert await world.emitted() == []


@pytest.mark.parametrize(("role", "school"), [("operator", MOSSGATE), ("lead", None)])
async def test_a_school_role_without_a_school_and_a_council_role_at_one_cannot_be_stored(
    world: World, role: Role, school: str | None
) -> None:
    with pytest.raises(DatabaseFailed):
        await world.account((role, school), email="x@example.org")


@pytest.mark.parametrize("who", [caller("operator"), caller("account_administrator", MOSSGATE)])
async def test_disabling_ends_every_session_and_is_one_fact(world: World, who: Caller) -> None:
    secrets = [await world.signed_in(), await world.signed_in(client=ELSEWHERE)]
    await world.forget_emitted()
    await disable(world, who, await world.account_id())
    [fact], [account] = await world.emitted(AccountDisabled), await world.emitted(Account)
    ended = await world.emitted(Session)
    assert (fact.outcome, fact.actor, fact.school) == ("disabled", who.account, who.school)
    assert (account.disabled_at, account.revision) == (world.now, FIRST + 1)
    assert [(session.ended_at, session.revision) for session in ended] == [(world.now, FIRST + 1)] * 2
    assert await world.emitted(SignedOut) == []
    for secret in secrets:
        with pytest.raises(SessionOver, match="access_ended"):
            await world.token(secret)


async def test_a_disabled_account_cannot_finish_a_sign_in(world: World) -> None:
    challenge = await world.password()
    await disable(world, caller("operator"), await world.account_id())
    with pytest.raises(ChallengeOver):
        await world.enter(challenge)
    with pytest.raises(SignInRefusal):
        await world.password()


@pytest.mark.parametrize("mine", [True, False])
async def test_another_schools_account_is_refused_like_one_that_does_not_exist(world: World, mine: bool) -> None:
    target = await world.account_id() if mine else uuid4()
    with pytest.raises(NotYourAccount):
        await disable(world, caller("account_administrator", LARCHMERE), target)
    [fact] = await world.emitted()
    assert isinstance(fact, DisablingRefused)
    assert (fact.account_id, fact.outcome) == (target, "not_allowed")


@pytest.mark.parametrize("elsewhere", [("lead", LARCHMERE), ("data_protection_officer", None)])
async def test_an_administrator_cannot_disable_somebody_with_a_role_elsewhere_too(world: World, elsewhere: Any) -> None:
    both = await world.account(("lead", MOSSGATE), elsewhere, email=TWO_SCHOOLS)
    with pytest.raises(NotYourAccount):
        await disable(world, caller("account_administrator", MOSSGATE), both)
    await disable(world, caller("operator"), both)
    assert [fact.account_id for fact in await world.emitted(AccountDisabled)] == [both]


async def test_disabling_twice_changes_nothing_more(world: World) -> None:
    for _ in range(2):
        await disable(world, caller("operator"), await world.account_id())
    assert [fact.outcome for fact in await world.emitted(AccountDisabled)] == ["disabled", "already_disabled"]
    assert len(await world.emitted(Account)) == 1


async def test_an_operator_on_the_server_disables_by_address_and_the_fact_names_no_actor(world: World) -> None:
    secret, target = await world.signed_in(), await world.account_id()
    await world.forget_emitted()
    async with world.tx() as tx:
        email = await tx.value("SELECT upper(email) FROM account WHERE account_id = $1", target)
        await commands.disable_at_the_machine(tx, email, world.settings)
    [fact] = await world.emitted(AccountDisabled)
    assert (fact.account_id, fact.actor, fact.role, fact.outcome) == (target, None, "operator", "disabled")
    with pytest.raises(SessionOver, match="access_ended"):
        await world.token(secret)
    with pytest.raises(NotYourAccount):
        async with world.tx() as tx:
            await commands.disable_at_the_machine(tx, "nobody@example.org", world.settings)


async def test_a_sign_in_during_the_disabling_is_ended_or_refused(world: World) -> None:
    """The code is entered after the disabling's statements and before its commit."""
    challenge, target = await world.password(), await world.account_id()
    async with world.tx() as tx:
        await commands.disable_account(tx, caller("operator"), target, world.settings)
        entering = asyncio.create_task(world.enter(challenge))
        await world.waiting_for_a_lock()
    with pytest.raises(ChallengeOver):
        await entering
    assert await world.clone.value("SELECT count(*) FROM session WHERE ended_at IS NULL") == 0


async def test_sign_outs_at_once_end_a_session_with_one_revision(world: World) -> None:
    secret = await world.signed_in()
    await asyncio.gather(*(world.sign_out(secret) for _ in range(6)))
    assert [session.revision for session in await world.emitted(Session)] == [FIRST, FIRST + 1]
    assert len(await world.emitted(SignedOut)) == 1
