"""Identity's front door as the gateway meets it: shapes, statuses, problems that tell a stranger nothing."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.identity.app import service
from services.identity.domain import version_of
from services.identity.passwords import hashed
from shared.contracts import Fact
from shared.contracts.identity import (
    AccountDisabled,
    AgreementEnded,
    RoleRemoved,
    SchoolResumed,
    SchoolSuspended,
    SignedIn,
    SignInRefused,
)
from shared.web.tokens import Keys, TokenRefused
from tests.identity.scene import AGREEMENT, EMAIL, MOSSGATE, PASSWORD, Scene
from tests.support.web import Issuer, Web, caller, web


@pytest.fixture
def door(scene: Scene, issuer: Issuer) -> Web:
    return web(service, scene.settings, scene.clone.db, issuer)


def bearer(secret: str) -> dict[str, str]:
    return {"authorization": f"Bearer {secret}"}


async def post(door: Web, path: str, body: Any, **headers: str) -> httpx.Response:
    return await door.client.post(path, json=body, headers={"x-client": "home", **headers})


async def signed_in(door: Web, scene: Scene) -> str:
    async with scene.clone.db.transaction(_cause()) as tx:
        scene.now = tx.now
    first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    assert first.status_code == 201
    second = await post(door, "/sign-ins/code", {"challenge": first.json()["challenge"], "code": scene.code()})
    assert second.status_code == 201
    return str(second.json()["session"])


def _cause() -> Any:
    from shared.database.tx import Cause

    return Cause("test", uuid4())


async def test_a_whole_visit(door: Web, scene: Scene) -> None:
    secret = await signed_in(door, scene)
    shown = (await door.client.get("/session", headers=bearer(secret))).json()
    role = {"role": "lead", "school": MOSSGATE, "school_name": "Mossgate School"}
    assert shown["roles"] == [role]
    assert shown["acting"] == {**role, "agreement": version_of(AGREEMENT)}
    assert (shown["name"], shown["email"]) == ("Calwyn Fernshaw", EMAIL)
    chosen = await door.client.put("/session/acting", json={"role": "lead", "school": MOSSGATE}, headers=bearer(secret))
    assert chosen.json() == shown
    token = await post(door, "/tokens", {"audience": "lookup"}, **bearer(secret))
    assert set(token.json()) == {"token", "expires_at"}
    assert (await door.client.delete("/session", headers=bearer(secret))).status_code == 204
    over = await door.client.get("/session", headers=bearer(secret))
    assert (over.status_code, over.json()["type"]) == (401, "/problems/session-over")
    assert over.json()["detail"] == "signed_out"


async def test_a_token_is_verified_with_the_keys_as_they_are_published(door: Web, scene: Scene) -> None:
    secret = await signed_in(door, scene)
    token = (await post(door, "/tokens", {"audience": "lookup"}, **bearer(secret))).json()["token"]
    keys = Keys("http://identity.test", door.client)
    assert (await keys.caller(token, "lookup")).school == MOSSGATE
    with pytest.raises(TokenRefused):
        await keys.caller(token, "audit")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org", "not an address"])
async def test_a_wrong_pair_is_one_answer(door: Web, email: str) -> None:
    answer = await post(door, "/sign-ins", {"email": email, "password": "wrong"})
    problem = answer.json()
    assert problem.pop("correlation")
    assert (answer.status_code, problem) == (
        401,
        {
            "type": "/problems/sign-in-refused",
            "title": "The email address or password is not right. Check both and try again.",
            "status": 401,
        },
    )
    assert answer.headers["cache-control"] == "no-store"


async def test_the_eleventh_try_is_too_many(door: Web, scene: Scene) -> None:
    for _ in range(10):
        await post(door, "/sign-ins", {"email": EMAIL, "password": "wrong"})
    answer = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-tries")
    assert [f.outcome for f in await scene.said(SignInRefused)] == ["wrong_password"] * 10 + ["too_many"]


async def test_code_problems(door: Web, scene: Scene) -> None:
    await signed_in(door, scene)
    given = (await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})).json()["challenge"]
    used = await post(door, "/sign-ins/code", {"challenge": given, "code": scene.code()})
    wrong = await post(door, "/sign-ins/code", {"challenge": given, "code": "000000"})
    over = await post(door, "/sign-ins/code", {"challenge": "made-up", "code": "000000"})
    assert [(each.status_code, each.json()["type"]) for each in (used, wrong, over)] == [
        (401, "/problems/code-used"),
        (401, "/problems/code-refused"),
        (401, "/problems/challenge-over"),
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sign-ins", {"email": "canary@example.org"}),
        ("/sign-ins", {"email": "canary@example.org", "password": "canary", "more": "canary"}),
        ("/sign-ins", {"email": "canary\x00", "password": "canary"}),
        ("/sign-ins", {"email": "canary" * 100, "password": "canary" * 100}),
        ("/sign-ins/code", {"challenge": "canary" * 100, "code": "canary" * 100}),
    ],
)
async def test_a_malformed_request_is_not_repeated(door: Web, scene: Scene, path: str, body: dict[str, str]) -> None:
    answer = await post(door, path, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")
    assert "canary" not in answer.text
    assert await scene.said() == []


@pytest.mark.parametrize("headers", [{}, {"authorization": "Basic x"}, bearer("made-up")])
async def test_without_a_session_there_is_nothing(door: Web, headers: dict[str, str]) -> None:
    asked = [
        await door.client.get("/session", headers=headers),
        await door.client.post("/tokens", json={"audience": "lookup"}, headers=headers),
    ]
    assert [(each.status_code, each.json()["detail"]) for each in asked] == [(401, "time")] * 2


async def test_a_token_for_an_unknown_service_is_not_made(door: Web, scene: Scene) -> None:
    secret = await signed_in(door, scene)
    assert (await post(door, "/tokens", {"audience": "feed"}, **bearer(secret))).status_code == 422


async def test_an_administrator_disables_an_account_of_the_own_school(door: Web, scene: Scene) -> None:
    target = await scene.clone.value("SELECT account_id FROM account")
    path = f"/accounts/{target}/disabling"
    assert (await door.post(path, None, caller("account_administrator", "990002"))).status_code == 404
    assert (await door.post(path, None, caller("lead", MOSSGATE))).status_code == 403
    assert (await door.client.post(path)).status_code == 401
    assert (await door.post(path, None, caller("account_administrator", MOSSGATE))).status_code == 204
    [fact] = await scene.said(AccountDisabled)
    assert fact.account_id == target


async def test_a_role_is_removed_by_who_may(door: Web, scene: Scene) -> None:
    target = await scene.clone.value("SELECT account_id FROM account")
    path, role = f"/accounts/{target}/roles/removal", {"role": "lead", "school": MOSSGATE}
    assert (await door.post(path, role, caller("account_administrator", "990002"))).status_code == 404
    assert (await door.post(path, role, caller("lead", MOSSGATE))).status_code == 403
    assert (await door.client.post(path, json=role)).status_code == 401
    assert (await door.post(path, {"role": "king"}, caller("operator"))).status_code == 422
    assert (await door.post(path, role, caller("account_administrator", MOSSGATE))).status_code == 204
    assert [fact.outcome for fact in await scene.said(RoleRemoved)] == ["removed"]


@pytest.mark.parametrize(
    ("act", "kind"),
    [("suspension", SchoolSuspended), ("resumption", SchoolResumed), ("agreement/end", AgreementEnded)],
)
async def test_a_school_is_changed_by_an_operator_alone(door: Web, scene: Scene, act: str, kind: type[Fact]) -> None:
    path = f"/schools/{MOSSGATE}/{act}"
    for who in (caller("account_administrator", MOSSGATE), caller("headteacher", MOSSGATE)):
        assert (await door.post(path, None, who)).status_code == 403
    assert (await door.client.post(path)).status_code == 401
    assert (await door.post(f"/schools/999999/{act}", None, caller("operator"))).status_code == 404
    assert (await door.post(f"/schools/12/{act}", None, caller("operator"))).status_code == 422
    assert (await door.post(path, None, who := caller("operator"))).status_code == 204
    assert [fact.actor for fact in await scene.said(kind)] == [who.account]


async def test_a_token_for_what_the_session_does_not_act_as_is_refused(door: Web, scene: Scene) -> None:
    secret = await signed_in(door, scene)
    acting = {"audience": "lookup", "role": "lead", "school": MOSSGATE}
    assert (await post(door, "/tokens", acting, **bearer(secret))).status_code == 200
    answer = await post(door, "/tokens", {**acting, "school": "990002"}, **bearer(secret))
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/acting-changed")


async def test_a_device_is_named_in_a_header_and_given_its_name(door: Web, scene: Scene) -> None:
    async with scene.clone.db.transaction(_cause()) as tx:
        scene.now = tx.now
    for code in (scene.code(), scene.code(1)):
        device = await scene.clone.value("SELECT count(*) FROM device")
        first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
        body = {"challenge": first.json()["challenge"], "code": code}
        second = await post(door, "/sign-ins/code", body, **{"x-device": "none of ours"})
        assert len(second.json()["device"]) == 43
        assert await scene.clone.value("SELECT count(*) FROM device") == device + 1  # type: ignore[operator]


async def test_a_password_is_checked_against_what_is_kept(door: Web, scene: Scene) -> None:
    await scene.clone.execute("UPDATE account SET password_hash = $1", hashed("another password"))
    assert (await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})).status_code == 401


async def test_an_act_that_cannot_be_recorded_is_not_done(door: Web, scene: Scene) -> None:
    await scene.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    answer = await post(door, "/sign-ins", {"email": EMAIL, "password": "wrong"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-record")
    first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    async with scene.clone.db.transaction(_cause()) as tx:
        scene.now = tx.now
    second = await post(door, "/sign-ins/code", {"challenge": first.json()["challenge"], "code": scene.code()})
    assert second.status_code == 503
    assert await scene.clone.value("SELECT count(*) FROM session") == 0
    assert await scene.said(SignedIn) == []


def test_every_refusal_has_a_status() -> None:
    from services.identity.commands import refusals

    mine = {kind for kind in vars(refusals).values() if isinstance(kind, type) and kind.__module__ == refusals.__name__}
    assert mine == set(service.errors)
