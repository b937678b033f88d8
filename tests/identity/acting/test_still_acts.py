"""Whose access has just ended can end nobody else's: identity asks its own tables, not what comes back from Kafka."""

from __future__ import annotations

import pytest

from services.identity.accounts import commands as accounts
from services.identity.schools import commands as schools
from shared.contracts.identity import RoleHeld
from shared.web.access import AccessEnded, ActingEnded
from tests.identity.world import LARCHMERE, MOSSGATE, World
from tests.support.web import caller

HERE = RoleHeld(role="lead", school=MOSSGATE)


async def test_a_signed_out_operator_changes_nothing(world: World) -> None:
    secret = await world.signed_in()
    who = caller("operator", session=(await world.shown(secret)).session_id)
    await world.sign_out(secret)
    target = await world.account_id()
    await world.forget_emitted()
    async with world.tx() as tx:
        for change in (
            accounts.disable_account(tx, who, target, world.settings),
            accounts.remove_role(tx, who, target, HERE, world.settings),
            schools.suspend_school(tx, who, MOSSGATE, world.settings),
        ):
            with pytest.raises(AccessEnded):
                await change
    assert await world.emitted() == []


async def test_an_administrator_whose_school_is_suspended_changes_nothing(world: World) -> None:
    email, target = "admin@example.org", await world.account_id()
    administrator = await world.account(("account_administrator", MOSSGATE), email=email)
    secret = await world.signed_in(email)
    who = caller("account_administrator", MOSSGATE, administrator, (await world.shown(secret)).session_id)
    await world.clone.execute("UPDATE school SET status = 'suspended' WHERE urn = $1", MOSSGATE)
    await world.forget_emitted()
    async with world.tx() as tx:
        with pytest.raises(ActingEnded):
            await accounts.remove_role(tx, who, target, HERE, world.settings)
        with pytest.raises(ActingEnded):
            await accounts.disable_account(tx, who, target, world.settings)
    await world.sign_out(secret)
    async with world.tx() as tx:
        with pytest.raises(AccessEnded):
            await accounts.remove_role(tx, who, target, HERE, world.settings)
    assert [type(event).__name__ for event in await world.emitted()] == ["SignedOut", "Session"]


async def test_who_acts_at_another_school_is_not_concerned(world: World) -> None:
    administrator = await world.account(("account_administrator", LARCHMERE), email="admin@example.org")
    target = await world.account(("lead", LARCHMERE), email="lead@example.org")
    await world.clone.execute("UPDATE school SET status = 'suspended' WHERE urn = $1", MOSSGATE)
    async with world.tx() as tx:
        who = caller("account_administrator", LARCHMERE, administrator)
        await accounts.disable_account(tx, who, target, world.settings)
