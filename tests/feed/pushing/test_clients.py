"""Who may push: a client's secret, its access token, its SupplierKey and its authority, each asked each time."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from joserfc import jwt
from joserfc.jwk import OctKey

from deploy.operate import pushing
from services.feed.senders.tokens import TOKEN_S
from tests.feed.pushing.world import AREA, BATCH, CLIENT, SECRET, SUPPLIER, PushFeed, person


async def test_a_client_gets_a_token_by_the_form_or_by_basic_and_pushes_with_it(pushed: PushFeed) -> None:
    basic = b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
    answer = await pushed.web.client.post(
        "/oauth2/token", data={"grant_type": "client_credentials"}, headers={"authorization": f"Basic {basic}"}
    )
    assert (answer.status_code, answer.json()["token_type"], answer.json()["expires_in"]) == (200, "Bearer", TOKEN_S)
    pushed.token = answer.json()["access_token"]
    await pushed.push(person())


@pytest.mark.parametrize(
    ("other", "status", "error"),
    [
        ({"client_secret": "s" * 42}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "somebody"}, 401, "invalid_client"),
        ({"client_id": "", "client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "a\x00b"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_secret_gets_no_token(pushed: PushFeed, other: dict[str, str], status: int, error: str) -> None:
    answer = await pushed.ask_token(**other)
    assert (answer.status_code, answer.json()) == (status, {"error": error})


async def test_a_form_of_too_many_fields_is_refused(pushed: PushFeed) -> None:
    answer = await pushed.ask_token(**{f"field{number}": "x" for number in range(30)})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def forged(key: bytes = b"\x07" * 32, client: str = CLIENT, algorithm: str = "HS256", **claims: object) -> str:
    """A token signed by hand."""
    now = int(datetime.now(UTC).timestamp())
    said = {"aud": "feed/push", "sub": client, "iat": now, "exp": now + 86_400, **claims}
    return jwt.encode({"alg": algorithm, "kid": client}, said, OctKey.import_key(key), algorithms=[algorithm])


async def test_what_is_forged_below_is_good_but_for_what_is_said(pushed: PushFeed) -> None:
    pushed.token = forged()
    await pushed.push(person())


@pytest.mark.parametrize(
    "token",
    [
        "", "x", "a.b.c", forged(b"\x08" * 32), forged(client="somebody"), forged(exp=1), forged(aud="feed"),
        forged(sub="somebody"), forged(algorithm="HS512"),
    ],
    ids=["none", "no token", "no header", "other key", "nobody's", "late", "another's audience", "subject", "other"],
)  # fmt: skip
async def test_a_token_that_is_not_ours_and_in_time_is_refused(pushed: PushFeed, token: str) -> None:
    pushed.token = forged()
    await pushed.push(person())
    pushed.token = token
    answer = await pushed.post(BATCH, [person()])
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


async def test_a_token_has_its_time(pushed: PushFeed) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=TOKEN_S + 1)):
        assert (await pushed.post(BATCH, [person()])).status_code == 401


async def test_another_s_supplier_key_or_authority_is_refused(pushed: PushFeed) -> None:
    assert (await pushed.post(BATCH, [person()], supplierkey="k" * 42)).status_code == 403
    assert (await pushed.post(BATCH.replace("999", "998"), [person()])).status_code == 403
    assert (await pushed.post(f"{AREA}/lists/staff", [], supplierkey="")).status_code == 403


async def test_a_client_s_right_ends_at_once_with_its_tokens(pushed: PushFeed) -> None:
    await pushed.push(person())
    assert await pushing.end(pushed.database.dsn, CLIENT)
    assert (await pushed.post(BATCH, [person()])).status_code == 401
    assert (await pushed.ask_token()).status_code == 401
    assert not await pushing.end(pushed.database.dsn, CLIENT)


async def test_an_added_client_can_push_and_what_is_kept_of_it_lets_nobody_push(pushed: PushFeed) -> None:
    shown = await pushing.add(pushed.database.dsn, "another", "999")
    assert shown is not None
    form = {"client_id": "another", "client_secret": shown.client_secret}
    pushed.token = (await pushed.ask_token(**form)).json()["access_token"]
    answer = await pushed.post(BATCH, [person()], supplierkey=shown.supplier_key)
    assert answer.status_code == 200
    assert (await pushed.post(BATCH, [person()], supplierkey=SUPPLIER)).status_code == 403
    kept = str(await pushed.database.rows("SELECT * FROM push_client"))
    assert shown.client_secret not in kept
    assert await pushing.add(pushed.database.dsn, "another", "998") is None
    assert [(one.id, one.la_code) for one in await pushing.clients(pushed.database.dsn)] == [
        (CLIENT, "999"), ("another", "999"),
    ]  # fmt: skip
