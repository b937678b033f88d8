"""Schools changed over HTTP: by an operator, and nobody else."""

from __future__ import annotations

import pytest

from shared.contracts import Fact
from shared.contracts.identity import AgreementEnded, SchoolResumed, SchoolSuspended
from tests.identity.world import MOSSGATE, World
from tests.support.web import Web, caller


@pytest.mark.parametrize(
    ("act", "kind"),
    [("suspension", SchoolSuspended), ("resumption", SchoolResumed), ("agreement/end", AgreementEnded)],
)
async def test_a_school_is_changed_by_an_operator_alone(door: Web, world: World, act: str, kind: type[Fact]) -> None:
    path = f"/schools/{MOSSGATE}/{act}"
    for who in (caller("account_administrator", MOSSGATE), caller("headteacher", MOSSGATE)):
        assert (await door.post(path, None, who)).status_code == 403
    assert (await door.client.post(path)).status_code == 401
    assert (await door.post(f"/schools/999999/{act}", None, caller("operator"))).status_code == 404
    assert (await door.post(f"/schools/12/{act}", None, caller("operator"))).status_code == 422
    assert (await door.post(path, None, who := caller("operator"))).status_code == 204
    assert [fact.actor for fact in await world.emitted(kind)] == [who.account]
