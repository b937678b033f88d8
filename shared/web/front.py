"""What every request passes through: correlation, security headers, a bound on its body, one span and one log line."""

from typing import Any
from uuid import UUID, uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.manifest import Service
from shared.observe import work
from shared.observe.logs import log
from shared.web.problems import BROKEN

SECURITY = {
    "cache-control": "no-store",
    "strict-transport-security": "max-age=63072000",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}


class Front:
    """Plain ASGI, so that a request's handler and its transaction are never cut off by a middleware's task."""

    def __init__(self, app: ASGIApp, service: Service, quiet: bool) -> None:
        self._app = app
        self._service = service
        self._quiet = quiet
        self._bodies = [(compile_path(path)[0], most) for path, most in service.bodies.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A browser that could name the correlation could write into another person's act.
        headers = Headers() if self._service.public else Headers(scope=scope)
        correlation = _correlation(headers)
        scope.setdefault("state", {})["correlation"] = correlation
        if self._quiet:
            await self._handled(scope, receive, send, {}, correlation)
            return
        with work.request(self._service.name, headers, correlation) as told:
            await self._handled(scope, receive, send, told, correlation)

    async def _handled(
        self, scope: Scope, receive: Receive, send: Send, told: dict[str, str], correlation: UUID
    ) -> None:
        began = False

        async def told_send(message: Message) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                told.update(status=str(message["status"]), route=_route(scope), method=scope["method"])
                _secure(message, correlation)
            await send(message)

        bounded = _Bounded(scope, receive, self._most_bytes(scope["path"]))
        if bounded.declared_too_large():
            response = await _shown(scope, HTTPException, HTTPException(413))
            await response(scope, receive, told_send)
            return
        try:
            await self._app(scope, bounded.receive, told_send)
        except Exception as error:
            if began:
                raise  # the connection is cut, so that half an answer is not taken for a whole one
            response = await _shown(scope, Exception, error)
            await response(scope, receive, told_send)

    def _most_bytes(self, path: str) -> int:
        return next((most for form, most in self._bodies if form.match(path)), self._service.body_max_bytes)


async def _shown(scope: Scope, kind: type[Exception], error: Exception) -> Response:
    """What the service shows for this error; if that fails too, one sentence, under the same headers as all else."""
    try:
        shown: Response = await scope["app"].exception_handlers[kind](Request(scope), error)
    except Exception as worse:
        log.error("broken, and cannot show it", exc_info=worse)
        shown = PlainTextResponse(BROKEN.title, BROKEN.status)
    return shown


class _Bounded:
    """A request's body, up to its service's bound."""

    def __init__(self, scope: Scope, receive: Receive, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._declared = Headers(scope=scope).get("content-length", "0")
        self._receive = receive
        self._seen_bytes = 0

    def declared_too_large(self) -> bool:
        return not self._declared.isdecimal() or int(self._declared[:12]) > self._most_bytes

    async def receive(self) -> Message:
        message = await self._receive()
        self._seen_bytes += len(message.get("body", b""))
        if self._seen_bytes > self._most_bytes:
            raise HTTPException(413)  # more came than was declared, or nothing was
        return message


def _correlation(headers: Headers) -> UUID:
    """The correlation that the caller names, if it is a proper one; else a new one."""
    try:
        return UUID(headers.get("x-correlation-id", ""))
    except ValueError:
        return uuid4()


def _secure(message: Message, correlation: UUID) -> None:
    headers = MutableHeaders(scope=message)
    headers["x-correlation-id"] = str(correlation)
    for name, value in SECURITY.items():
        headers.setdefault(name, value)


def _route(scope: Scope) -> str:
    """The route's template, never the path itself: a path is what somebody typed."""
    route: Any = scope.get("route")
    return str(getattr(route, "path", "unknown"))
