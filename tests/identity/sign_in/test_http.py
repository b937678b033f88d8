"""Signing in as the gateway meets it: shapes, statuses, problems that tell a stranger nothing."""

from __future__ import annotations

import pytest

from services.identity.sign_in.passwords import hashed
from shared.contracts.identity import SignedIn, SignInRefused
from tests.identity.world import EMAIL, PASSWORD, World, post, signed_in_over_http
from tests.support.web import Web


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.org", "not an address"])
async def test_a_wrong_password_an_unknown_and_a_malformed_address_get_one_answer(door: Web, email: str) -> None:
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


async def test_the_eleventh_try_is_too_many(door: Web, world: World) -> None:
    for _ in range(10):
        await post(door, "/sign-ins", {"email": EMAIL, "password": "wrong"})
    answer = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/too-many-tries")
    assert [f.outcome for f in await world.emitted(SignInRefused)] == ["wrong_password"] * 10 + ["too_many"]


async def test_code_problems(door: Web, world: World) -> None:
    await signed_in_over_http(door, world)
    given = (await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})).json()["challenge"]
    used = await post(door, "/sign-ins/code", {"challenge": given, "code": world.code()})
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
async def test_a_malformed_request_is_not_quoted_in_the_answer(
    door: Web, world: World, path: str, body: dict[str, str]
) -> None:
    answer = await post(door, path, body)
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/malformed")
    assert "canary" not in answer.text
    assert await world.emitted() == []


async def test_a_device_with_a_malformed_secret_is_given_a_new_one(door: Web, world: World) -> None:
    world.set_real_time()
    for code in (world.code(), world.code(1)):
        before = await world.count("device")
        first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
        body = {"challenge": first.json()["challenge"], "code": code}
        second = await post(door, "/sign-ins/code", body, **{"x-device": "none of ours"})
        assert len(second.json()["device"]) == 43
        assert await world.count("device") == before + 1


async def test_a_password_is_checked_against_what_is_kept(door: Web, world: World) -> None:
    await world.clone.execute("UPDATE account SET password_hash = $1", hashed("another password"))
    assert (await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})).status_code == 401


async def test_an_act_that_cannot_be_recorded_is_not_done(door: Web, world: World) -> None:
    await world.clone.execute("REVOKE INSERT ON outbox FROM portal_service")
    answer = await post(door, "/sign-ins", {"email": EMAIL, "password": "wrong"})
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/no-record")
    first = await post(door, "/sign-ins", {"email": EMAIL, "password": PASSWORD})
    world.set_real_time()
    second = await post(door, "/sign-ins/code", {"challenge": first.json()["challenge"], "code": world.code()})
    assert second.status_code == 503
    assert await world.count("session") == 0
    assert await world.emitted(SignedIn) == []
