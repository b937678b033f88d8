"""The front of every service: who may pass, what is refused, and that nothing typed is ever repeated."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import APIRouter
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from shared.contracts.identity import Account, Session
from shared.database.refusal import Refusal
from shared.database.tx import Cause
from shared.manifest import BODY_MAX_BYTES, Service
from shared.settings import ServiceSettings
from shared.web import access
from shared.web.app import operations
from shared.web.body import Body
from shared.web.guard import Authenticated, guard, open_to_all
from shared.web.server import server
from shared.web.tokens import LEEWAY_S, LIFE_S, Keys, KeysAway
from tests.support.lines import logged
from tests.support.web import Issuer, Web, caller, web

CANARY = "Zsófia-Canary"
router = APIRouter()


class Question(Body):
    name: str
    count: int = 0


class NoSuchThing(Refusal):
    """There is no such thing."""


@router.post("/questions")
async def post_question(
    ask: Question, asking: Annotated[Authenticated[ServiceSettings], guard("lead")]
) -> dict[str, str]:
    async with asking.transaction() as tx:
        if ask.name == "refused":
            raise NoSuchThing
        if ask.name == "broken":
            raise ValueError(CANARY)
        await tx.value("SELECT 1 / $1::int", ask.count)
    return {"account": str(asking.caller.account)}


@router.get("/open", dependencies=[open_to_all])
async def get_open() -> dict[str, bool]:
    return {"open": True}


@pytest.fixture
async def asked(database) -> Web:
    service = Service(
        name="shared",
        purpose="",
        package="services",
        settings=ServiceSettings,
        serves=[router],
        errors={NoSuchThing: 404},
    )
    return web(service, ServiceSettings(), (await database("shared")).db)


async def test_a_question_with_a_good_token_is_answered(asked):
    who = caller("lead")
    answer = await asked.post("/questions", {"name": "x", "count": 1}, who)
    assert (answer.status_code, answer.json()) == (200, {"account": str(who.account)})


@pytest.mark.parametrize(
    "spoil",
    [
        lambda issuer, who: "",
        lambda issuer, who: "Bearer not.a.token",
        lambda issuer, who: f"Basic {issuer.token(who, 'shared')}",
        lambda issuer, who: f"Bearer {issuer.token(who, 'audit')}",
        lambda issuer, who: f"Bearer {issuer.token(who, 'shared', int(time.time()) - LIFE_S - LEEWAY_S - 1)}",
        lambda issuer, who: f"Bearer {Issuer().token(who, 'shared')}",
        lambda issuer, who: f"Bearer {issuer.token(who, 'shared')[:-8]}AAAAAAAA",
    ],
    ids=["none", "nonsense", "other scheme", "other audience", "expired", "other key", "other signature"],
)
async def test_without_a_good_token_there_is_no_answer(asked, spoil):
    headers = {"authorization": spoil(asked.issuer, caller("lead"))}
    answer = await asked.client.post("/questions", json={"name": "x", "count": 1}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_another_role_is_refused(asked):
    answer = await asked.post("/questions", {"name": "x", "count": 1}, caller("triage_officer"))
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/role-refused")


@pytest.mark.parametrize("end", ["session", "account"])
async def test_access_that_has_ended_is_refused_in_the_answers_own_transaction(asked, end):
    who, database = caller("lead"), asked.client._transport.app.state.database
    async with database.transaction(Cause("test", uuid4())) as tx:
        now = tx.now
        if end == "session":
            await access.SESSIONS.put(
                tx, [Session(session_id=who.session, account_id=who.account, revision=2, ended_at=now)]
            )
            await access.SESSIONS.put(tx, [Session(session_id=who.session, account_id=who.account, revision=1)])
        else:
            await access.ACCOUNTS.put(tx, [Account(account_id=who.account, name="A", revision=2, disabled_at=now)])
    answer = await asked.post("/questions", {"name": "x", "count": 1}, who)
    assert (answer.status_code, answer.json()["type"]) == (401, "/problems/access-ended")


@pytest.mark.parametrize(
    ("body", "where", "why"),
    [
        ({"name": CANARY, "count": CANARY}, "/count", "valid integer"),
        ({"name": CANARY, "Zsofia_Canary": 1}, "", "not known"),
        ({"name": f"{CANARY}\0"}, "", "NUL"),
        ({}, "/name", "required"),
    ],
)
async def test_bad_input_is_told_what_to_mend_and_never_repeated(asked, body, where, why):
    answer = await asked.post("/questions", body, caller("lead"))
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["where"]) == (422, where)
    assert why in error["why"]
    assert "anary" not in answer.text


def nested(depth: int, field: str = "name") -> bytes:
    return b'{"%b": %b}' % (field.encode(), b"[" * depth + b"]" * depth)


BOMBS = [
    *(nested(depth, field) for depth in (900, 30_000) for field in ("name", "unknown")),
    b'{"name": ' * 900 + b"1" + b"}" * 900,
    b'{"name": "x", "count": %b}' % (b"9" * 60_000),
    b'{"name": "x", "count": 1e999999}',
    b'{"name": "x", "count": NaN}',
    b"{" + b",".join(b'"f%d": 1' % n for n in range(5_000)) + b"}",
]


@pytest.mark.parametrize("body", BOMBS, ids=lambda body: repr(body[:24]))
async def test_a_body_that_is_deep_or_huge_is_told_what_to_mend_like_any_other(asked, body):
    headers = {**asked.bearer(caller("lead")), "content-type": "application/json"}
    began = time.process_time()
    answer = await asked.client.post("/questions", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert time.process_time() - began < 2


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"name": "\\ud800"}', b"[" * 30_000, b""])
async def test_what_is_not_json_is_refused(asked, body):
    headers = {**asked.bearer(caller("lead")), "content-type": "application/json"}
    answer = await asked.client.post("/questions", content=body, headers=headers)
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_large_body_is_refused_whether_it_says_its_size_or_not(asked):
    async def pieces():
        for _ in range(BODY_MAX_BYTES // 1000 + 2):
            yield b" " * 1000

    headers = {**asked.bearer(caller("lead")), "content-type": "application/json"}
    for content in (b" " * (BODY_MAX_BYTES + 1), pieces()):
        assert (await asked.client.post("/questions", content=content, headers=headers)).status_code == 413


async def test_refusal_failure_and_fault_have_their_own_answers(asked):
    with logged("shared") as lines:
        refused = await asked.post("/questions", {"name": "refused"}, caller("lead"))
        failed = await asked.post("/questions", {"name": "x", "count": 0}, caller("lead"))
        broken = await asked.post("/questions", {"name": "broken"}, caller("lead"))
    assert (refused.status_code, refused.json()["title"]) == (404, "There is no such thing.")
    assert (failed.status_code, failed.json()["type"]) == (503, "/problems/no-record")
    assert (broken.status_code, broken.json()["type"]) == (500, "/problems/broken")
    assert "anary" not in refused.text + failed.text + broken.text + lines.getvalue()
    assert "ValueError" in lines.getvalue()


async def test_every_answer_has_the_security_headers_and_the_correlation(asked):
    correlation = uuid4()
    for path in ("/open", "/nothing", "/questions"):
        answer = await asked.client.get(path, headers={"x-correlation-id": str(correlation)})
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["strict-transport-security"].startswith("max-age=")
        assert answer.headers["x-correlation-id"] == str(correlation)


async def test_a_correlation_that_is_not_one_is_replaced(asked):
    answer = await asked.client.get("/open", headers={"x-correlation-id": CANARY.encode()})
    assert UUID(answer.headers["x-correlation-id"])


async def test_a_wrong_method_says_which_are_right(asked):
    answer = await asked.client.get("/questions")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_known_keys_outlive_identitys_absence_and_unknown_ones_do_not():
    issuer, who = Issuer(), caller("lead")
    away = False

    class Sometimes(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            if away:
                raise httpx.ConnectError("away")
            return await issuer.keys()._client._transport.handle_async_request(request)

    keys = Keys("http://identity.test", httpx.AsyncClient(transport=Sometimes()))
    away = True
    with pytest.raises(KeysAway):
        await keys.caller(issuer.token(who, "shared"), "shared")
    away, keys._asked_at = False, float("-inf")
    assert await keys.caller(issuer.token(who, "shared"), "shared") == who
    away, keys._fetched_at, keys._asked_at = True, float("-inf"), float("-inf")
    for _ in range(2):
        assert await keys.caller(issuer.token(who, "shared"), "shared") == who
        await keys._renewing
    assert keys._away
    away, keys._asked_at = False, float("-inf")
    assert await keys.caller(issuer.token(who, "shared"), "shared") == who
    await keys._renewing
    assert not keys._away
    assert keys._fetched_at > 0


async def test_nobody_with_a_known_key_waits_for_an_identity_that_hangs():
    issuer, who = Issuer(), caller("lead")
    keys = issuer.keys()
    assert await keys.caller(issuer.token(who, "shared"), "shared") == who
    asked = asyncio.Event()

    class Hanging(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request):
            asked.set()
            return await asyncio.Event().wait()

    keys._client, keys._fetched_at, keys._asked_at = httpx.AsyncClient(transport=Hanging()), -1e9, -1e9
    for _ in range(2):
        assert await keys.caller(issuer.token(who, "shared"), "shared") == who
        await asked.wait()
    keys._renewing.cancel()


@pytest.mark.parametrize(
    ("proxies", "peer", "who"),
    [
        ("", "192.0.2.1", "192.0.2.1"),
        ("192.0.2.0/24", "192.0.2.1", "198.51.100.7"),
        ("192.0.2.0/24", "203.0.113.9", "203.0.113.9"),
    ],
)
async def test_only_a_proxy_that_is_named_says_who_asks(proxies: str, peer: str, who: str) -> None:
    async def tell(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(scope["client"][0])(scope, receive, send)

    made = server(tell, "shared", ServiceSettings(trusted_proxies=proxies)).config
    made.load()
    transport = httpx.ASGITransport(app=made.loaded_app, client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="https://portal.test") as client:
        answer = await client.get("/", headers={"x-forwarded-for": "10.0.0.1, 198.51.100.7"})
    assert answer.text == who


async def test_what_is_degraded_is_told_and_turns_nobody_away() -> None:
    async def away() -> str | None:
        return "shared.states does not reach Kafka."

    service = Service(name="shared", purpose="", package="services", settings=ServiceSettings, serves=[router])
    for checks, degraded, status in (([], [away], 200), ([away], [], 503)):
        app = operations(service, ServiceSettings(), checks, degraded)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://shared.test") as client:
            answer = await client.get("/readyz")
        assert answer.status_code == status
        assert "does not reach Kafka" in answer.text
