"""Accounts changed over HTTP: by whom, and who is told that there is nothing."""

from __future__ import annotations

from shared.contracts.identity import AccountDisabled, RoleRemoved
from tests.identity.world import MOSSGATE, World
from tests.support.web import Web, caller


async def test_an_administrator_disables_accounts_of_their_own_school_only(door: Web, world: World) -> None:
    target = await world.account_id()
    path = f"/accounts/{target}/disabling"
    assert (await door.post(path, None, caller("account_administrator", "990002"))).status_code == 404
    assert (await door.post(path, None, caller("lead", MOSSGATE))).status_code == 403
    assert (await door.client.post(path)).status_code == 401
    assert (await door.post(path, None, caller("account_administrator", MOSSGATE))).status_code == 204
    [fact] = await world.emitted(AccountDisabled)
    assert fact.account_id == target


async def test_an_administrator_removes_roles_at_their_own_school_only(door: Web, world: World) -> None:
    target = await world.account_id()
    path, role = f"/accounts/{target}/roles/removal", {"role": "lead", "school": MOSSGATE}
    assert (await door.post(path, role, caller("account_administrator", "990002"))).status_code == 404
    assert (await door.post(path, role, caller("lead", MOSSGATE))).status_code == 403
    assert (await door.client.post(path, json=role)).status_code == 401
    assert (await door.post(path, {"role": "king"}, caller("operator"))).status_code == 422
    assert (await door.post(path, role, caller("account_administrator", MOSSGATE))).status_code == 204
    assert [fact.outcome for fact in await world.emitted(RoleRemoved)] == ["removed"]
