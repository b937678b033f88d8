"""A service as one value: what it serves, says, hears, follows and does periodically. All else is derived from it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.telemetry import TelemetryConfig

from shared import access, telemetry
from shared.contracts import Event, Fact, State
from shared.db import Database, Refusal
from shared.front import Front
from shared.http import BODY_MAX_BYTES, Problem, add_errors, open_to_all
from shared.inbox import Folds, Follows, Hears
from shared.settings import ServiceSettings
from shared.tokens import Keys

SHARED_MIGRATIONS = Path(__file__).parent / "migrations"
READY_QUERY_S = 2.0

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip
"""FastAPI's own spans repeat ours (shared/front.py), and its own log records quote the texts of exceptions."""

Work = Callable[[Database], Awaitable[None]]
Check = Callable[[], Awaitable[str | None]]
"""A readiness check: None, or the reason in words."""


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """Work done every so often by one runner per service at a time; it must bound itself."""

    name: str
    every_s: float
    work: Work


def nothing_periodic(_: Any) -> Sequence[Periodic]:
    return ()


def unchanged(app: FastAPI) -> None:
    """Most services need nothing but their routes."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """What a service is.

    `public`: browsers ask it, so what a request says of correlation and trace is not believed. `shapes` is a last word
    on its web application (the gateway's own error pages). `body_max_bytes`: the most that one request may bring.
    """

    name: str
    purpose: str
    home: Path
    settings: type[ServiceSettings]
    serves: Sequence[APIRouter] = ()
    says: Sequence[type[Event]] = ()
    hears: Sequence[Hears] = ()
    follows: Sequence[Follows] = ()
    folds: Sequence[Folds] = ()
    works: Callable[[Any], Sequence[Periodic]] = nothing_periodic
    errors: Mapping[type[Refusal], int] = field(default_factory=dict)
    database: bool = True
    guarded: bool = True
    public: bool = False
    body_max_bytes: int = BODY_MAX_BYTES
    shapes: Callable[[FastAPI], None] = unchanged

    @property
    def follows_all(self) -> Sequence[Follows]:
        """What it follows, with the ends of access if it verifies tokens."""
        return (*self.follows, *(access.FOLLOWS if self.guarded else ()))

    @property
    def groups(self) -> dict[str, list[str]]:
        """Each consumer group with its topics, sorted."""
        found: dict[str, set[str]] = {}
        for hears in self.hears:
            found.setdefault(f"{self.name}.{hears.group}", set()).update(fact.topic for fact in hears.facts)
        for follows in self.follows_all:
            found.setdefault(f"{self.name}.{follows.group}", set()).add(follows.state.topic)
        for folds in self.folds:
            found.setdefault(f"{self.name}.{folds.group}", set()).add(folds.topic)
        return {group: sorted(topics) for group, topics in sorted(found.items())}

    @property
    def migrations(self) -> tuple[Path, ...]:
        return (SHARED_MIGRATIONS, self.home / "migrations") if self.database else ()


def asgi(
    service: Service, settings: ServiceSettings, database: Database | None, keys: Keys,
    checks: Sequence[Check] = (), degraded: Sequence[Check] = (),
) -> FastAPI:  # fmt: skip
    """The service's web application, with everything that it needs given to it.

    What is `degraded` is told and turns nobody away: searches are answered while Kafka is away.
    """
    app = _bare(service, settings, checks, degraded)
    app.state.database, app.state.keys = database, keys
    for router in service.serves:
        app.include_router(router, responses={"default": {"model": Problem}})
    add_errors(app, service.errors)
    service.shapes(app)
    return app


def health(service: Service, settings: ServiceSettings, checks: Sequence[Check]) -> FastAPI:
    """The small web face of a worker: health, readiness and metrics only."""
    app = _bare(service, settings, checks)
    add_errors(app, {})
    return app


def _bare(
    service: Service, settings: ServiceSettings, checks: Sequence[Check], degraded: Sequence[Check] = ()
) -> FastAPI:
    # No documentation pages: they load scripts from other hosts. OpenAPI is written at build time.
    app = FastAPI(
        title=service.name, description=service.purpose, openapi_url=None, docs_url=None, redoc_url=None,
        telemetry=NO_TELEMETRY,
    )  # fmt: skip
    app.state.service, app.state.settings = service, settings
    app.state.checks, app.state.degraded = checks, degraded
    app.add_middleware(Front, service=service.name, public=service.public, body_max_bytes=service.body_max_bytes)
    app.include_router(_watched)
    return app


_watched = APIRouter(dependencies=[open_to_all], include_in_schema=False)


@_watched.get("/healthz")
async def get_health() -> Response:
    """The process answers."""
    return JSONResponse({"alive": True})


@_watched.get("/readyz")
async def get_readiness(request: Request) -> Response:
    """Whether to send it work, and why not; and what is amiss without being a reason not to."""
    state = request.app.state
    reasons = [reason for check in state.checks if (reason := await check())]
    degraded = [reason for check in state.degraded if (reason := await check())]
    told = {"ready": not reasons, "reasons": reasons, "degraded": degraded}
    return JSONResponse(told, 503 if reasons else 200)


@_watched.get("/metrics")
async def get_metrics() -> Response:
    """Prometheus' text format."""
    return Response(telemetry.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def speakers(services: Sequence[Service]) -> dict[type[Event], list[str]]:
    """Who says each event."""
    found: dict[type[Event], list[str]] = {}
    for service in services:
        for event in service.says:
            found.setdefault(event, []).append(service.name)
    return found


def listeners(services: Sequence[Service], event: type[Event]) -> list[str]:
    """Who hears this fact, or follows this state."""
    if issubclass(event, State):
        return [s.name for s in services if any(f.state is event for f in s.follows_all)]
    assert issubclass(event, Fact)
    return [s.name for s in services if any(event in hears.facts for hears in s.hears)]


def flow(services: Sequence[Service]) -> str:
    """Who says what to whom, as a Mermaid graph."""
    arrows = [
        f"    {speaker} -- {event.__name__} --> {listener}"
        for event, [speaker, *_] in speakers(services).items()
        for listener in listeners(services, event)
        if listener != speaker
    ]
    return "\n".join(["flowchart LR", *arrows])
