"""Every way in which a request can fail, as a problem for people and programs (RFC 9457)."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from shared.database.refusal import Refusal
from shared.database.tx import DatabaseFailed
from shared.observe.logs import log
from shared.web import access
from shared.web.guard import RoleRefused
from shared.web.tokens import KeysAway, TokenRefused

PROBLEM = "application/problem+json"
ERRORS_MAX = 20


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


def problem_of(error: Exception, statuses: Mapping[type[Exception], int]) -> Problem:
    """The problem that a refusal is shown as: the docstring is its sentence, the manifest gives its status.

    A refusal may carry `detail`: a fixed word that says which of a few ways it was, never anything that was typed.
    """
    status = next((s for kind, s in statuses.items() if isinstance(error, kind)), 500)
    detail = getattr(error, "detail", None) if isinstance(error, Refusal) else None
    return Problem(type=problem_type(type(error)), title=_sentence(type(error)), status=status, detail=detail)


def problem_type(kind: type[Exception]) -> str:
    """The class's name in lower case with hyphens; or its `problem`, where the class could not have that name."""
    own: str | None = kind.__dict__.get("problem")
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
    body = told.model_dump(mode="json", exclude_none=True)
    return JSONResponse(body, problem.status, {**extra, **(headers or {})}, media_type=PROBLEM)


async def _no_record(request: Request, error: Exception) -> Response:
    log.error("no record, no answer", exc_info=error)
    return answer(request, NO_RECORD, {"retry-after": "5"})


async def _broken(request: Request, error: Exception) -> Response:
    log.error("broken", exc_info=error)
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
