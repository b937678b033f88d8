"""The few things that every HTTP route needs: who asks, one transaction, and errors that say what to mend."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, model_validator
from starlette.exceptions import HTTPException

from shared import access, telemetry
from shared.contracts import Role
from shared.db import Cause, Database, DatabaseFailed, Refusal, Tx
from shared.settings import ServiceSettings
from shared.tokens import Caller, KeysAway, TokenRefused

BODY_MAX_BYTES = 64 * 1024
PROBLEM = "application/problem+json"
ERRORS_MAX = 20

S = TypeVar("S", bound=ServiceSettings)


class Body(BaseModel):
    """A request body: unknown fields, NUL and lone surrogates are refused; text is stripped."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _no_nul(cls, data: Any) -> Any:
        if _has_nul(data):
            raise ValueError("Text must not contain the NUL character")
        return data


def _has_nul(data: Any) -> bool:
    """Without recursion: what somebody sends may be nested as deep as Python goes."""
    left = [data]
    while left:
        one = left.pop()
        if isinstance(one, str) and "\x00" in one:
            return True
        if isinstance(one, (dict, list)):
            left += one.values() if isinstance(one, dict) else one
    return False


class WhatToMend(BaseModel):
    """One thing wrong with a request: `where` is a JSON pointer into it."""

    where: str
    why: str


class Problem(BaseModel):
    """An error for people and programs (RFC 9457). `type` is stable; `title` says what happened."""

    type: str
    title: str
    status: int
    detail: str | None = None
    errors: list[WhatToMend] | None = None
    correlation: str | None = None


@dataclass(frozen=True, slots=True)
class Asking(Generic[S]):
    """A question from a signed-in person: who, under which settings, in which thread of work."""

    caller: Caller
    settings: S
    correlation: UUID
    database: Database
    doing: str

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Tx]:
        """The transaction that answers; in it, and so at one moment, that the caller's access has not ended.

        Use what it gives only after it has closed: then the record is kept. Raises AccessEnded, ActingEnded,
        DatabaseFailed.
        """
        async with self.database.transaction(Cause(str(self.caller.account), self.correlation), self.doing) as tx:
            await access.check(tx, self.caller)
            yield tx


@dataclass(frozen=True, slots=True)
class Opening(Generic[S]):
    """A question from somebody not signed in (identity's own front door)."""

    settings: S
    correlation: UUID
    database: Database
    doing: str

    @asynccontextmanager
    async def transaction(self, actor: str = "nobody") -> AsyncIterator[Tx]:
        async with self.database.transaction(Cause(actor, self.correlation), self.doing) as tx:
            yield tx


def guard(*roles: Role) -> Any:
    """A route's guard: a token for this service, held in one of these roles. Gives an Asking."""

    async def asking(request: Request, authorization: Annotated[str, Header()] = "") -> Asking[Any]:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise TokenRefused
        state = request.app.state
        caller = await state.keys.caller(token, state.service.name)
        if caller.role not in roles:
            raise RoleRefused
        return Asking(caller, state.settings, request.state.correlation, state.database, _doing(request))

    asking.guards = True  # type: ignore[attr-defined]  # read by the architecture tests
    return Depends(asking)


async def _anyone() -> None:
    """Marks a route that needs no token."""


_anyone.guards = True  # type: ignore[attr-defined]
open_to_all = Depends(_anyone)


def opened(request: Request) -> Opening[Any]:
    """What an unguarded route works with."""
    state = request.app.state
    return Opening(state.settings, request.state.correlation, state.database, _doing(request))


def _doing(request: Request) -> str:
    endpoint = request.scope.get("endpoint")
    return getattr(endpoint, "__name__", "request")


class RoleRefused(Exception):
    """Your role does not allow this."""


def problem_of(error: Exception, statuses: Mapping[type[Exception], int]) -> Problem:
    """The problem that a refusal is shown as: the docstring is its sentence, the manifest gives its status.

    A refusal may carry `detail`: a fixed word that says which of a few ways it was, never anything that was typed.
    """
    status = next((s for kind, s in statuses.items() if isinstance(error, kind)), 500)
    detail = getattr(error, "detail", None) if isinstance(error, Refusal) else None
    return Problem(type=problem_type(type(error)), title=_sentence(type(error)), status=status, detail=detail)


def problem_type(kind: type[Exception]) -> str:
    """The class's name in lower case with hyphens; or its `problem`, where the class could not have that name."""
    own: str | None = getattr(kind, "problem", None)
    return "/problems/" + (own or re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower())


def _sentence(kind: type[Exception]) -> str:
    return (kind.__doc__ or kind.__name__).strip().split("\n\n")[0].replace("\n    ", " ")


SHARED_STATUSES: Mapping[type[Exception], int] = {
    access.AccessEnded: 401,
    access.ActingEnded: 403,
    TokenRefused: 401,
    RoleRefused: 403,
    KeysAway: 503,
}
NO_RECORD = Problem(
    type="/problems/no-record",
    title="This could not be recorded, so there is no answer. Nothing was lost; try again in a few minutes.",
    status=503,
)
BROKEN = Problem(type="/problems/broken", title="Something went wrong on our side. Nothing was kept.", status=500)
TOO_LARGE = Problem(type="/problems/too-large", title="This is more than can be sent at once.", status=413)


def add_errors(app: FastAPI, refusals: Mapping[type[Refusal], int]) -> None:
    """Every way in which a request can fail, as problem+json that never repeats the input."""
    statuses = {**SHARED_STATUSES, **dict[type[Exception], int](refusals.items())}

    async def refused(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error, statuses))

    for kind in statuses:
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(DatabaseFailed, _no_record)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(Exception, _broken)


def answer(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem as the response to a request, with the correlation to quote when asking for help."""
    told = problem.model_copy(update={"correlation": str(request.state.correlation)})
    extra = {"www-authenticate": "Bearer"} if problem.status == 401 else {}
    body = told.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, {**extra, **(headers or {})}, media_type=PROBLEM)


async def _no_record(request: Request, error: Exception) -> Response:
    telemetry.log.error("no record, no answer", exc_info=error)
    return answer(request, NO_RECORD, {"retry-after": "5"})


async def _broken(request: Request, error: Exception) -> Response:
    telemetry.log.error("broken", exc_info=error)
    return answer(request, BROKEN)


async def _not_served(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 413:
        return answer(request, TOO_LARGE)
    titles = {404: "There is nothing here.", 405: "This cannot be done here.", 400: "The body is not valid JSON."}
    title = titles.get(error.status_code, "The request was refused.")
    problem = Problem(type="/problems/not-served", title=title, status=error.status_code)
    return answer(request, problem, error.headers)


async def _malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [_to_mend(each) for each in error.errors()[:ERRORS_MAX]]
    problem = Problem(type="/problems/malformed", title="The request cannot be read.", status=422, errors=errors)
    return answer(request, problem)


def _to_mend(error: Mapping[str, Any]) -> WhatToMend:
    """Where and why, without input: an unknown field's name and a parser's message are the sender's own words."""
    place = [] if error["type"] == "json_invalid" else list(error["loc"][1:])
    if error["type"] == "extra_forbidden":
        return WhatToMend(where=_pointer(place[:-1]), why="There is a field here that is not known")
    why = WHY.get(error["type"], error["msg"])
    return WhatToMend(where=_pointer(place), why=why.removeprefix("Value error, "))


WHY = {
    "missing": "This is required",
    "json_invalid": "The body is not valid JSON",
    "uuid_parsing": "This must be a UUID",
    "date_from_datetime_parsing": "This must be a real date, as YYYY-MM-DD",
    "date_parsing": "This must be a real date, as YYYY-MM-DD",
    "datetime_parsing": "This must be a date and time, as ISO 8601 has it",
    "datetime_from_date_parsing": "This must be a date and time, as ISO 8601 has it",
    "string_unicode": "This must be Unicode text",
}


def _pointer(place: list[Any]) -> str:
    return "".join(f"/{step}" for step in place if isinstance(step, int) or step.isidentifier())
