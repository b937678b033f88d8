"""Roles taken away: no token more, the session must choose or ends, the person is told why; each act is one fact."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest

from services.identity import domain
from services.identity.commands import refusals, roles
from services.identity.domain import Acting
from shared.contracts import Role
from shared.contracts.identity import Account, RoleHeld, RoleRemovalRefused, RoleRemoved, Session
from shared.web.access import AccessEnded, ActingEnded
from shared.web.tokens import Caller
from tests.identity.scene import LARCHMERE, MOSSGATE, Scene

FIRST = 1 << domain.EPOCH_BITS
TWO = "two@example.org"
HERE, THERE = Acting("lead", MOSSGATE), Acting("lead", LARCHMERE)


def caller(role: Role, school: str | None = None, account: UUID | None = None, session: UUID | None = None) -> Caller:
    return Caller(account or uuid4(), session or uuid4(), role, school, "f" * 64 if school else None)


OPERATOR = caller("operator")


async def remove(scene: Scene, who: Caller, account_id: UUID, role: Acting = HERE) -> None:
    async with scene.tx() as tx:
        await roles.remove_role(tx, who, account_id, role, scene.settings)


@pytest.fixture
async def both(scene: Scene) -> UUID:
    """A lead of two schools."""
    made = await scene.account(("lead", MOSSGATE), ("lead", LARCHMERE), email=TWO)
    await scene.forget_said()
    return made


@pytest.mark.parametrize("who", [OPERATOR, caller("account_administrator", MOSSGATE)])
async def test_a_role_removed_is_one_fact_and_a_new_state_without_it(scene: Scene, both: UUID, who: Caller) -> None:
    await remove(scene, who, both)
    fact, state = await scene.said()
    assert isinstance(fact, RoleRemoved)
    assert (fact.account_id, fact.removed, fact.outcome) == (both, RoleHeld(role="lead", school=MOSSGATE), "removed")
    assert (fact.actor, fact.role, fact.school) == (who.account, who.role, MOSSGATE)
    assert isinstance(state, Account)
    assert (state.roles, state.revision) == ((RoleHeld(role="lead", school=LARCHMERE),), FIRST + 1)


async def test_who_acted_in_it_has_no_token_is_told_why_and_may_choose_another(scene: Scene, both: UUID) -> None:
    secret = await scene.signed_in(TWO)
    await scene.choose(secret, "lead", MOSSGATE)
    await remove(scene, OPERATOR, both)
    shown = await scene.shown(secret)
    assert (shown.acting, [role.school for role in shown.roles]) == (None, [LARCHMERE])
    assert shown.lost is not None
    assert (shown.lost.school_name, shown.lost.why) == ("Mossgate School", "role_removed")
    with pytest.raises(refusals.NobodyActing):
        await scene.token(secret)
    assert (await scene.choose(secret, "lead", LARCHMERE)).lost is None
    assert await scene.token(secret)


async def test_who_acted_in_another_goes_on(scene: Scene, both: UUID) -> None:
    secret = await scene.signed_in(TWO)
    await scene.choose(secret, "lead", LARCHMERE)
    await remove(scene, OPERATOR, both)
    assert (await scene.shown(secret)).lost is None
    assert await scene.token(secret)


async def test_the_last_role_removed_ends_every_session(scene: Scene, both: UUID) -> None:
    secret = await scene.signed_in(TWO)
    await remove(scene, OPERATOR, both, HERE)
    await remove(scene, OPERATOR, both, THERE)
    with pytest.raises(refusals.SessionOver, match="access_ended"):
        await scene.shown(secret)
    assert [session.ended for session in await scene.said(Session)] == [False, True]


async def test_a_role_that_is_not_held_changes_nothing_and_is_a_fact(scene: Scene, both: UUID) -> None:
    await remove(scene, OPERATOR, both, Acting("headteacher", MOSSGATE))
    assert [(type(said), said.outcome) for said in await scene.said()] == [(RoleRemoved, "not_held")]


@pytest.mark.parametrize("role", [THERE, Acting("operator", None)])
async def test_an_administrator_removes_nothing_at_another_school_or_the_council(
    scene: Scene, both: UUID, role: Acting
) -> None:
    with pytest.raises(refusals.NotYourAccount):
        await remove(scene, caller("account_administrator", MOSSGATE), both, role)
    [fact] = await scene.said()
    assert isinstance(fact, RoleRemovalRefused)
    assert (fact.account_id, fact.wanted.school, fact.outcome) == (both, role.school, "not_allowed")


async def test_strangers_to_the_school_and_nobody_are_refused_alike(scene: Scene) -> None:
    elsewhere = await scene.account(("lead", LARCHMERE), email=TWO)
    for target in (elsewhere, uuid4()):
        with pytest.raises(refusals.NotYourAccount):
            await remove(scene, caller("account_administrator", MOSSGATE), target)
    assert {fact.outcome for fact in await scene.said(RoleRemovalRefused)} == {"not_allowed"}


async def test_an_operator_at_the_machine_removes_by_address_and_names_nobody(scene: Scene, both: UUID) -> None:
    async with scene.tx() as tx:
        assert await roles.remove_role_at_the_machine(tx, TWO.upper(), HERE, scene.settings) == "Calwyn Fernshaw"
    [fact] = await scene.said(RoleRemoved)
    assert (fact.actor, fact.role, fact.school) == (None, "operator", MOSSGATE)
    for email, refusal in ((TWO, refusals.NotHeld), ("nobody@example.org", refusals.NotYourAccount)):
        with pytest.raises(refusal):
            async with scene.tx() as tx:
                await roles.remove_role_at_the_machine(tx, email, HERE, scene.settings)


async def test_who_has_just_lost_access_takes_none_from_others(scene: Scene, both: UUID) -> None:
    """Identity's own rows are asked: the end has not come back to it from the log yet."""
    administrator = await scene.account(("account_administrator", MOSSGATE), email="admin@example.org")
    secret = await scene.signed_in("admin@example.org")
    session = (await scene.shown(secret)).session_id
    who = caller("account_administrator", MOSSGATE, administrator, session)
    await scene.account(("account_administrator", LARCHMERE), email="other@example.org")
    await scene.clone.execute("UPDATE school SET status = 'suspended' WHERE urn = $1", MOSSGATE)
    with pytest.raises(ActingEnded):
        await remove(scene, who, both)
    await scene.sign_out(secret)
    with pytest.raises(AccessEnded):
        await remove(scene, who, both)
    assert await scene.said(RoleRemoved) == []


async def test_removals_at_once_are_said_in_the_order_of_their_revisions(scene: Scene, both: UUID) -> None:
    await asyncio.gather(*(remove(scene, OPERATOR, both, role) for role in (HERE, THERE, HERE, THERE)))
    said = await scene.said(Account)
    assert [(state.revision, len(state.roles)) for state in said] == [(FIRST + 1, 1), (FIRST + 2, 0)]
    assert sorted(fact.outcome for fact in await scene.said(RoleRemoved)) == ["not_held"] * 2 + ["removed"] * 2
