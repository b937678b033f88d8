"""One connection to a server of ours: uvicorn's, with a bound on its time and on its bytes."""

import asyncio
import math
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, Literal

import httptools
import uvicorn
from starlette.responses import PlainTextResponse
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from shared.observe.metrics import metrics
from shared.web.front import SECURITY
from shared.web.limits import Connections

HEAD_MAX_BYTES = 32 * 1024
"""Of one request: all but its body, so also what frames the chunks of a body, and what trails it."""
PIECE_BYTES = 4 * 1024
"""The parser joins what it is given of one header again and again, so it is given little, and counted each time."""
HEADERS_MAX = 100
ADDRESS_MAX_BYTES = 8 * 1024
PASSED_OVER_MAX_BYTES = 8 * 1024 * 1024
"""Of a body that was answered already: it is read on for a while, so that its sender sees the answer. What is not
answered yet is bounded by what the service takes (shared/web/front.py), and read no faster than it is taken."""
BODY_BYTES_S = 32 * 1024
"""A body has a second more for so many bytes of it: a slow line sends a large file, and a trickle buys no time."""
REQUESTS_MAX = 200
PIPELINED_MAX = 8

TEXTS = {
    400: "This request cannot be read.",
    408: "This request took too long to arrive.",
    414: "This address is too long.",
    431: "The headers of this request are too large.",
    503: "Too much is being asked at this moment. Try again in a minute.",
}
"""What a server says by itself, before any service was asked."""

Why = Literal["head_late", "body_late", "answer_untaken", "too_large", "malformed", "crowded", "busy"]


class Config(uvicorn.Config):
    """uvicorn's settings, with the connections that are counted together."""

    def __init__(self, app: Any, connections: Connections, **settings: Any) -> None:
        super().__init__(
            app, http=Connection, ws="none", timeout_keep_alive=math.ceil(connections.bounds.idle_s), **settings
        )
        self.connections = connections


class Connection(HttpToolsProtocol):
    """Knows what it waits for, and how long it may; `Connections` looks at that, and makes it give up its place."""

    def __init__(
        self, config: uvicorn.Config, server_state: ServerState, app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:  # fmt: skip
        super().__init__(config, server_state, app_state, _loop)
        assert isinstance(config, Config)
        self._open = config.connections
        self._bounds = config.connections.bounds
        self._reading: Literal["nothing", "head", "body"] = "nothing"
        self._moved = False
        self._head_bytes = 0
        self._body_bytes = self._passed_over_bytes = 0
        self._deaf = False
        self.line = ""
        self.since = self.due = math.inf

    @property
    def waits(self) -> bool:
        cycle = self.cycle
        return not self.pipeline and (cycle is None or cycle.response_complete or cycle.more_body)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(self._bounds.head_s)
        if not self._open.enter(self, self.client[0] if self.client else ""):
            self._refuse(503, "busy")
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._open.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        for start in range(0, len(data), PIECE_BYTES):
            if self._deaf or self.transport.is_closing():
                self._passed_over_bytes += len(data) - start
                break
            self._feed(data[start : start + PIECE_BYTES])
        if self._passed_over_bytes > PASSED_OVER_MAX_BYTES:
            self._cut("too_large")

    def _feed(self, piece: bytes) -> None:
        self._head_bytes += len(piece)
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            pass  # no other protocol is spoken here: the request is answered as if it had not asked for one
        except httptools.HttpParserError:
            self._refuse(400, "malformed")
            return
        if self._moved:
            self._expect()
        if self._head_bytes > HEAD_MAX_BYTES or len(self.pipeline) > PIPELINED_MAX:
            self._refuse(431, "too_large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head_bytes = self._body_bytes = self._passed_over_bytes = 0
        self._moved, self._reading = True, "head"

    def on_headers_complete(self) -> None:
        super().on_headers_complete()
        self.headers = []  # those of this request are its scope's; what trails a body is none of them (RFC 9110, 6.5.1)
        self._moved, self._reading = True, "body"

    def on_body(self, body: bytes) -> None:
        self._head_bytes -= len(body)
        self._body_bytes += len(body)
        if self.cycle.response_complete:
            self._passed_over_bytes += len(body)
        else:
            self.due += len(body) / BODY_BYTES_S
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._moved, self._reading = True, "nothing"

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._expect()
        if self._reading == "body" and self.expect_100_continue and not self._body_bytes:
            self.transport.close()  # the body was never asked for, so what comes next would be taken for it

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait(self._bounds.answer_s)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._expect()

    def _expect(self) -> None:
        """How long it may take to do what it has to do now; a whole request in hand takes what the service takes."""
        self._moved = False
        self._open.unfinished.discard(self)
        if not self.waits:
            self._wait(math.inf)
        elif self._reading == "nothing":
            untaken = self.transport.get_write_buffer_size() > 0
            self._wait(self._bounds.answer_s if untaken else self._bounds.idle_s)
        elif self._reading == "head":
            self._wait(self._bounds.head_s)
        else:
            self._wait(self._bounds.body_s)
            if not self.cycle.response_complete:
                self._open.unfinished.add(self)

    def _wait(self, for_s: float) -> None:
        self.since = self.loop.time()
        self.due = self.since + for_s

    def shutdown(self) -> None:
        """The server stops: what is in hand is still answered, half a request is not waited for."""
        if self.waits:
            self.transport.close()
        else:
            super().shutdown()

    def overdue(self) -> None:
        """It has had its time: told so if it had begun to ask, else closed in silence, as a browser's spare one is."""
        if self._deaf:
            self.transport.abort()
        elif self.transport.is_closing() or self.transport.get_write_buffer_size():
            self._cut("answer_untaken")
        elif self._reading == "nothing":
            self._wait(self._bounds.answer_s)
            self.transport.close()
        else:
            self._refuse(408, "head_late" if self._reading == "head" else "body_late")

    def crowded_out(self) -> None:
        self._cut("crowded")

    def _cut(self, why: Why) -> None:
        """Ends it at once, whatever was not yet sent."""
        self._count(why)
        self.transport.abort()

    def _count(self, why: Why) -> None:
        metrics.cut.labels(self._open.service, why).inc()

    def send_400_response(self, msg: str) -> None:
        self._refuse(400, "malformed")

    def _refuse(self, status: int, why: Why) -> None:
        """End the connection with the server's own answer. Where an answer is under way, that one is finished instead;
        where the request was answered and only its body still comes, nothing is written.

        What still comes is read for a while, and dropped: a socket that is closed over it takes the answer back.
        """
        self._count(why)
        self._open.unfinished.discard(self)
        self._deaf = True
        if not self.waits:
            self.cycle.keep_alive = False
            return
        began = self.cycle is not None and not self.cycle.response_complete
        answered = self._reading == "body" if not began else self.cycle.response_started
        if not answered:
            self.transport.write(_words(status, self.server_state.default_headers))
        if began:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        self.transport.write_eof()
        self._wait(self._bounds.idle_s)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        status = self._beyond(cycle)
        if status:
            self._count("busy" if status == 503 else "too_large")
        answering: Any = _refusal(status) if status else app
        super()._start_asgi_task(cycle, answering)

    def _beyond(self, cycle: RequestResponseCycle) -> int | None:
        """The bound that this request goes beyond, as the status that says so."""
        scope: Any = cycle.scope
        if len(scope["raw_path"]) + len(scope["query_string"]) > ADDRESS_MAX_BYTES:
            return 414
        if len(scope["headers"]) > HEADERS_MAX:
            return 431
        return 503 if len(self.tasks) - len(self._open.unfinished) >= REQUESTS_MAX else None


def _refusal(status: int) -> PlainTextResponse:
    headers = {**SECURITY, "connection": "close", **({"retry-after": "5"} if status == 503 else {})}
    return PlainTextResponse(TEXTS[status], status, headers)


def _words(status: int, default: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A whole answer as bytes, for where there is no request that could be answered."""
    response = _refusal(status)
    lines = [b"%b: %b\r\n" % header for header in (*default, *response.raw_headers)]
    phrase = HTTPStatus(status).phrase.encode()
    return b"".join([b"HTTP/1.1 %d %b\r\n" % (status, phrase), *lines, b"\r\n", bytes(response.body)])
