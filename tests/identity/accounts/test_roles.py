"""Roles taken away: no token more, the session must choose or ends, the person is told why; each act is one fact."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from services.identity.accounts import commands
from services.identity.accounts.domain import NotHeld, NotYourAccount
from services.identity.sessions.domain import NobodyActing, SessionOver
from shared.contracts.identity import Account, RoleHeld, RoleRemovalRefused, RoleRemoved, Session
from shared.web.tokens import Caller
from tests.identity.world import FIRST, LARCHMERE, MOSSGATE, TWO_SCHOOLS, World
from tests.support.web import caller

HERE, THERE = RoleHeld(role="lead", school=MOSSGATE), RoleHeld(role="lead", school=LARCHMERE)
OPERATOR = caller("operator")


async def remove(world: World, who: Caller, account_id: UUID, role: RoleHeld = HERE) -> None:
    async with world.tx() as tx:
        await commands.remove_role(tx, who, account_id, role, world.settings)


@pytest.fixture
async def both(world: World) -> UUID:
    """A lead of two schools."""
    made = await world.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO_SCHOOLS)
    await world.forget_emitted()
    return made


@pytest.mark.parametrize("who", [OPERATOR, caller("account_administrator", MOSSGATE)])
async def test_a_role_removed_is_one_fact_and_a_new_state_without_it(world: World, both: UUID, who: Caller) -> None:
    await remove(world, who, both)
    fact, state = await world.emitted()
    assert isinstance(fact, RoleRemoved)
    assert (fact.account_id, fact.removed, fact.outcome) == (both, HERE, "removed")
    assert (fact.actor, fact.role, fact.school) == (who.account, who.role, MOSSGATE)
    assert isinstance(state, Account)
    assert (state.roles, state.revision) == ((THERE,), FIRST + 1)


async def test_a_session_acting_in_the_removed_role_gets_no_token_is_told_why_and_may_choose_another(
    world: World, both: UUID
) -> None:
    secret = await world.signed_in(TWO_SCHOOLS)
    await world.choose(secret, "lead", MOSSGATE)
    await remove(world, OPERATOR, both)
    shown = await world.shown(secret)
    assert (shown.acting, [role.school for role in shown.roles]) == (None, [LARCHMERE])
    assert shown.lost is not None
    assert (shown.lost.school_name, shown.lost.why) == ("Mossgate School", "role_removed")
    with pytest.raises(NobodyActing):
        await world.token(secret)
    assert (await world.choose(secret, "lead", LARCHMERE)).lost is None
    assert await world.token(secret)


async def test_a_session_acting_in_another_role_goes_on(world: World, both: UUID) -> None:
    secret = await world.signed_in(TWO_SCHOOLS)
    await world.choose(secret, "lead", LARCHMERE)
    await remove(world, OPERATOR, both)
    assert (await world.shown(secret)).lost is None
    assert await world.token(secret)


async def test_the_last_role_removed_ends_every_session(world: World, both: UUID) -> None:
    secret = await world.signed_in(TWO_SCHOOLS)
    await remove(world, OPERATOR, both, HERE)
    await remove(world, OPERATOR, both, THERE)
    with pytest.raises(SessionOver, match="access_ended"):
        await world.shown(secret)
    assert [session.ended for session in await world.emitted(Session)] == [False, True]


async def test_a_role_that_is_not_held_changes_nothing_and_is_a_fact(world: World, both: UUID) -> None:
    await remove(world, OPERATOR, both, RoleHeld(role="headteacher", school=MOSSGATE))
    assert [(type(event), event.outcome) for event in await world.emitted()] == [(RoleRemoved, "not_held")]


@pytest.mark.parametrize("role", [THERE, RoleHeld(role="operator")])
async def test_an_administrator_removes_nothing_at_another_school_or_the_council(
    world: World, both: UUID, role: RoleHeld
) -> None:
    with pytest.raises(NotYourAccount):
        await remove(world, caller("account_administrator", MOSSGATE), both, role)
    [fact] = await world.emitted()
    assert isinstance(fact, RoleRemovalRefused)
    assert (fact.account_id, fact.wanted.school, fact.outcome) == (both, role.school, "not_allowed")


async def test_an_account_of_another_school_is_refused_like_one_that_does_not_exist(world: World) -> None:
    elsewhere = await world.account(("lead", LARCHMERE), email=TWO_SCHOOLS)
    for target in (elsewhere, uuid4()):
        with pytest.raises(NotYourAccount):
            await remove(world, caller("account_administrator", MOSSGATE), target)
    assert {fact.outcome for fact in await world.emitted(RoleRemovalRefused)} == {"not_allowed"}


async def test_an_operator_on_the_server_removes_by_address_and_the_fact_names_no_actor(
    world: World, both: UUID
) -> None:
    async with world.tx() as tx:
        assert (
            await commands.remove_role_at_the_machine(tx, TWO_SCHOOLS.upper(), HERE, world.settings)
            == "Calwyn Fernshaw"
        )
    [fact] = await world.emitted(RoleRemoved)
    assert (fact.actor, fact.role, fact.school) == (None, "operator", MOSSGATE)
    for email, refusal in ((TWO_SCHOOLS, NotHeld), ("nobody@example.org", NotYourAccount)):
        with pytest.raises(refusal):
            async with world.tx() as tx:
                await commands.remove_role_at_the_machine(tx, email, HERE, world.settings)


async def test_concurrent_removals_are_emitted_in_the_order_of_their_revisions(world: World, both: UUID) -> None:
    await asyncio.gather(*(remove(world, OPERATOR, both, role) for role in (HERE, THERE, HERE, THERE)))
    states = await world.emitted(Account)
    assert [(state.revision, len(state.roles)) for state in states] == [(FIRST + 1, 1), (FIRST + 2, 0)]
    assert sorted(fact.outcome for fact in await world.emitted(RoleRemoved)) == ["not_held"] * 2 + ["removed"] * 2
