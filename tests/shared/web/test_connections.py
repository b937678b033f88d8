"""Half a request harms nobody: what is slow, silent, endless or too much has its bounds; all others are answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse, Response

from shared.manifest import Service
from shared.settings import ServiceSettings
from shared.web.app import asgi
from shared.web.connection import REQUESTS_MAX
from shared.web.front import SECURITY
from shared.web.guard import open_to_all
from shared.web.limits import Connections
from tests.support.serving import NEIGHBOUR, Listening, endless, listening
from tests.support.until import until
from tests.support.web import Issuer

GET = b"GET /open HTTP/1.1\r\nHost: portal\r\n\r\n"
HALF_A_HEAD = b"GET /open HTTP/1.1\r\nHost: por"
HALF_A_BODY = b"POST /told HTTP/1.1\r\nHost: portal\r\nContent-Length: 100\r\n\r\nhalf of"
CHUNKED = b"POST /told HTTP/1.1\r\nHost: portal\r\nTransfer-Encoding: chunked\r\n\r\n"
MANY = 205  # more than were answered at once, before half of a request did not count
SOON = {"head_s": 0.3, "body_s": 0.3, "idle_s": 0.3, "answer_s": 0.3}
MB = 1_000_000


@pytest.fixture
def gate() -> asyncio.Event:
    """Until it is set, what asks for /gated waits."""
    return asyncio.Event()


@pytest.fixture
def app(gate: asyncio.Event) -> FastAPI:
    router = APIRouter(dependencies=[open_to_all])

    @router.get("/open")
    async def get_open() -> Response:
        return PlainTextResponse("open")

    @router.get("/gated")
    async def get_gated() -> Response:
        await gate.wait()
        return PlainTextResponse("through")

    @router.get("/large")
    async def get_large() -> Response:
        return PlainTextResponse("x" * 50 * MB)

    @router.post("/told")
    async def post_told(request: Request) -> Response:
        body = await request.body()
        return PlainTextResponse(f"{len(body)} {request.headers.get('x-trailed', 'not trailed')}")

    @router.post("/early")
    async def post_early() -> Response:
        return PlainTextResponse("early")

    service = Service(
        name="shared", purpose="", package="services", settings=ServiceSettings, serves=[router], public=True
    )
    return asgi(service, ServiceSettings(), None, Issuer().keys())


@pytest.fixture
async def held(app: FastAPI) -> AsyncIterator[Listening]:
    """With the bounds as they are."""
    async with listening(app) as made:
        yield made


@pytest.fixture
async def quick(app: FastAPI) -> AsyncIterator[Listening]:
    """With little time for everything."""
    async with listening(app, **SOON) as made:
        yield made


@pytest.mark.parametrize("proxies", ["", "127.0.0.0/8"], ids=["by address", "behind a proxy"])
@pytest.mark.parametrize("half", [HALF_A_HEAD, b"", HALF_A_BODY], ids=["half a head", "silence", "half a body"])
async def test_with_205_half_requests_everybody_else_is_answered(app: FastAPI, half: bytes, proxies: str) -> None:
    async with listening(app, trusted_proxies=proxies) as held:
        await held.crowd(MANY, half)
        assert (await held.ask(GET, NEIGHBOUR)).status == 200
        assert (await held.ask(GET)).status == 200


@pytest.mark.parametrize(
    ("half", "end"), [(HALF_A_HEAD, b"HTTP/1.1 408 "), (b"", b""), (HALF_A_BODY, b"HTTP/1.1 408 ")]
)
async def test_half_a_request_has_its_time_and_is_told_so_if_it_had_begun(
    quick: Listening, half: bytes, end: bytes
) -> None:
    one = await quick.client()
    await one.say(half)
    assert (await one.end())[: len(end) or None] == end


@pytest.mark.parametrize("after", [b"", b"no number\r\n", b"1;" + b"x" * 40_000], ids=["late", "malformed", "large"])
async def test_who_has_an_answer_gets_no_second_one_for_a_body_that_does_not_come(
    quick: Listening, after: bytes
) -> None:
    one = await quick.client()
    await one.say(CHUNKED.replace(b"/told", b"/early"))
    assert (await one.answer()).body == b"early"
    await one.say(after)
    assert await one.end() == b""


@pytest.mark.parametrize("begin", [HALF_A_HEAD, HALF_A_BODY, b"\r\n", GET], ids=["head", "body", "lines", "idle"])
async def test_one_byte_now_and_then_buys_no_time(quick: Listening, begin: bytes) -> None:
    one = await quick.client()
    await one.say(begin)
    drip = b"\r\n" if begin in (GET, b"\r\n") else b"x"

    async def over() -> bool:
        await one.say(drip)
        return not quick.server.server_state.connections

    await until(over, within_s=5)


async def test_a_connection_is_kept_between_two_requests(held: Listening) -> None:
    one = await held.client()
    for _ in range(3):
        await one.say(GET)
        assert (await one.answer()).body == b"open"


@pytest.mark.parametrize(
    "begin",
    [b"GET /open HTTP/1.1\r\nX: ", b"GET /", CHUNKED + b"1;", CHUNKED + b"0\r\nX: ", b""],
    ids=["header", "address", "chunk's extension", "trailer", "nothing but line ends"],
)
async def test_what_has_no_end_is_ended_before_it_costs_anything(held: Listening, begin: bytes) -> None:
    one, began, sent = await held.client(), time.process_time(), 0
    ended = asyncio.create_task(one.end())
    await one.say(begin)
    for piece in endless(32 * MB):
        if ended.done():
            break
        await one.say(piece if begin else b"\r\n" * (len(piece) // 2))
        await asyncio.sleep(0)
        sent += len(piece)
    assert (await ended)[:13] == b"HTTP/1.1 431 "
    assert sent < 4 * MB
    assert time.process_time() - began < 2


async def test_an_answer_that_is_given_does_not_keep_an_endless_body_coming(held: Listening) -> None:
    one, sent = await held.client(), 0
    await one.say(b"POST /nothing HTTP/1.1\r\nHost: portal\r\nContent-Length: 100000000000\r\n\r\n")
    assert (await one.answer()).status == 413
    for piece in endless(200 * MB):
        if one.reader.at_eof() or one.writer.transport.is_closing():
            break
        await one.say(piece)
        await asyncio.sleep(0)
        sent += len(piece)
    assert sent < 100 * MB


def with_headers(count: int) -> bytes:
    return b"GET /open HTTP/1.1\r\nHost: portal\r\n" + b"a: b\r\n" * count + b"\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /open\r\n\r\n", 200),
        (b"GET /open HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"GET /open HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST /told HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
        (CHUNKED + b"no number\r\n", 400),
        (b"CONNECT portal:443 HTTP/1.1\r\nHost: portal\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
        (b"GET /open HTTP/1.0\r\n\r\n", 200),
        (b"GET /open HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", 200),
        (b"GET /open HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 200),
        (b"GET /open?" + b"a=b&" * 1000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 200),
        (b"GET /open?" + b"a=b&" * 4000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (with_headers(80), 200),
        (with_headers(200), 431),
        (with_headers(40_000), 431),
        (b"GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 404),
        (b"PUT /open HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ],
    ids=lambda value: None if isinstance(value, int) else repr(value[:40]),
)
async def test_whatever_is_sent_is_answered_under_the_security_headers(
    held: Listening, request_: bytes, status: int
) -> None:
    answer = await held.ask(request_)
    assert answer.status == status
    assert SECURITY.items() <= answer.headers.items()
    assert "strict-transport-security" in answer.headers


async def test_a_fault_in_the_error_page_itself_is_answered_under_the_security_headers(app: FastAPI) -> None:
    async def fails(request: Request, _: object = None) -> Response:
        raise ValueError

    app.add_api_route("/broken", fails, dependencies=[open_to_all])
    app.add_exception_handler(Exception, fails)
    async with listening(app) as held:
        answer = await held.ask(b"GET /broken HTTP/1.1\r\nHost: a\r\n\r\n")
    assert answer.status == 500
    assert SECURITY.items() <= answer.headers.items()


async def test_a_whole_request_keeps_its_place_and_half_a_one_makes_room(app: FastAPI, gate: asyncio.Event) -> None:
    async with listening(app, address_connections_max=2) as held:
        whole, half = await held.client(), await held.client()
        await whole.say(GET.replace(b"/open", b"/gated"))
        await half.say(HALF_A_BODY)
        await until(lambda: in_hand(held, 2))
        last = await held.client()
        await last.say(GET.replace(b"/open", b"/gated"))
        assert await half.end() == b""
        await until(lambda: in_hand(held, 2))
        assert (await (await held.client()).answer()).status == 503
        gate.set()
        assert [(await one.answer()).body for one in (whole, last)] == [b"through", b"through"]


async def test_when_all_places_are_taken_the_longest_silent_one_makes_room(app: FastAPI) -> None:
    async with listening(app, connections_max=3) as held:
        silent = [await held.client(f"127.0.0.{last}") for last in (2, 3, 4)]
        assert (await held.ask(GET, "127.0.0.5")).status == 200
        assert await silent[0].end() == b""
        await silent[2].say(GET)
        assert (await silent[2].answer()).status == 200


async def test_beyond_the_most_that_can_be_in_hand_a_request_is_told_to_come_again(
    app: FastAPI, gate: asyncio.Event
) -> None:
    async with listening(app, trusted_proxies="127.0.0.1") as held:
        gated = [await held.client() for _ in range(REQUESTS_MAX)]
        for one in gated:
            await one.say(GET.replace(b"/open", b"/gated"))
        await until(lambda: in_hand(held, REQUESTS_MAX))
        answer = await held.ask(GET)
        assert (answer.status, answer.headers["retry-after"]) == (503, "5")
        assert SECURITY.items() <= answer.headers.items()
        gate.set()
        assert {(await one.answer()).status for one in gated} == {200}


async def in_hand(held: Listening, count: int) -> bool:
    return len(held.server.server_state.tasks) == count


async def test_an_answer_that_nobody_takes_is_given_up(quick: Listening) -> None:
    one = await quick.client()
    one.writer.transport.pause_reading()  # type: ignore[attr-defined]
    await one.say(GET.replace(b"/open", b"/large"))

    async def gone() -> bool:
        return not quick.server.server_state.connections and not quick.server.server_state.tasks

    await until(quick_began(quick), within_s=5)
    await until(gone, within_s=10)


def quick_began(quick: Listening) -> Callable[[], Awaitable[bool]]:
    async def began() -> bool:
        return bool(quick.server.server_state.connections)

    return began


async def test_requests_in_a_row_are_answered_in_their_order_up_to_a_bound(held: Listening) -> None:
    few, many = await held.client(), await held.client()
    await few.say(GET.replace(b"/open", b"/nothing") + GET)
    assert [(await few.answer()).status for _ in range(2)] == [404, 200]
    await many.say(GET * 1000)
    assert (await many.end()).count(b"HTTP/1.1 200 ") < 200


@pytest.mark.parametrize("after", [b"\x00\x01 no request", b"x" * 40_000])
async def test_what_follows_a_whole_request_does_not_cost_its_answer(
    held: Listening, gate: asyncio.Event, after: bytes
) -> None:
    one = await held.client()
    await one.say(GET.replace(b"/open", b"/gated") + after)
    await until(lambda: in_hand(held, 1))
    gate.set()
    assert (await one.answer()).body == b"through"
    assert await one.end() == b""


async def test_what_trails_a_body_is_not_taken_for_a_header(held: Listening) -> None:
    answer = await held.ask(CHUNKED + b"2\r\nab\r\n0\r\nX-Trailed: yes\r\n\r\n")
    assert answer.body == b"2 not trailed"


async def test_a_body_that_waits_to_be_asked_for_is_asked_for_or_its_connection_ends(held: Listening) -> None:
    head = b"POST /told HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
    asked, refused = await held.client(), await held.client()
    await asked.say(head % 4)
    assert await asked.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await asked.say(b"body")
    assert (await asked.answer()).body == b"4 not trailed"
    await refused.say(head % 10**9)
    assert (await refused.answer()).status == 413
    assert await refused.end() == b""


@pytest.mark.parametrize(
    ("peers", "proxies", "alike"),
    [
        (("2001:db8::1", "2001:db8::2"), "", True),
        (("2001:db8::1", "2001:db8:0:1::1"), "", False),
        (("192.0.2.1", "::ffff:192.0.2.1"), "", True),
        (("192.0.2.1", "192.0.2.2"), "", False),
        (("192.0.2.1", "192.0.2.1"), "192.0.2.0/24", False),
        (("192.0.2.1", "192.0.2.1"), "*", False),
    ],
)
def test_a_line_has_a_whole_network_of_ipv6_and_a_proxy_has_none(
    peers: tuple[str, str], proxies: str, alike: bool
) -> None:
    open_ = Connections("shared", ServiceSettings(trusted_proxies=proxies))
    first, second = (open_._line(peer) for peer in peers)
    assert (first == second != "") is alike
