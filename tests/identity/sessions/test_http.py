"""A session as the gateway meets it: shown, exchanged for a token, ended."""

from __future__ import annotations

import pytest

from services.identity.schools.domain import version_of
from tests.identity.world import AGREEMENT, EMAIL, MOSSGATE, World, bearer, post, signed_in_over_http
from tests.support.web import Web


async def test_a_whole_visit(door: Web, world: World) -> None:
    secret = await signed_in_over_http(door, world)
    shown = (await door.client.get("/session", headers=bearer(secret))).json()
    role = {"role": "lead", "school": MOSSGATE, "school_name": "Mossgate School"}
    assert shown["roles"] == [role]
    assert shown["acting"] == {**role, "agreement": version_of(AGREEMENT), "options": []}
    assert (shown["name"], shown["email"]) == ("Calwyn Fernshaw", EMAIL)
    chosen = await door.client.put("/session/acting", json={"role": "lead", "school": MOSSGATE}, headers=bearer(secret))
    assert chosen.json() == shown
    token = await post(door, "/tokens", {"audience": "lookup"}, **bearer(secret))
    assert set(token.json()) == {"token", "expires_at"}
    assert (await door.client.delete("/session", headers=bearer(secret))).status_code == 204
    over = await door.client.get("/session", headers=bearer(secret))
    assert (over.status_code, over.json()["type"]) == (401, "/problems/session-over")
    assert over.json()["detail"] == "signed_out"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic x"}, bearer("made-up")])
async def test_without_a_session_everything_is_refused(door: Web, headers: dict[str, str]) -> None:
    asked = [
        await door.client.get("/session", headers=headers),
        await door.client.post("/tokens", json={"audience": "lookup"}, headers=headers),
    ]
    assert [(each.status_code, each.json()["detail"]) for each in asked] == [(401, "time")] * 2


async def test_a_token_for_an_unknown_service_is_not_made(door: Web, world: World) -> None:
    secret = await signed_in_over_http(door, world)
    assert (await post(door, "/tokens", {"audience": "gateway"}, **bearer(secret))).status_code == 422


async def test_a_token_for_what_the_session_does_not_act_as_is_refused(door: Web, world: World) -> None:
    secret = await signed_in_over_http(door, world)
    acting = {"audience": "lookup", "role": "lead", "school": MOSSGATE}
    assert (await post(door, "/tokens", acting, **bearer(secret))).status_code == 200
    answer = await post(door, "/tokens", {**acting, "school": "990002"}, **bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/acting-changed")
