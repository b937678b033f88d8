"""A service's web applications: what it answers, and beside it what only operators ask."""

from collections.abc import Awaitable, Callable, Sequence

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from fastapi.telemetry import TelemetryConfig

from shared.database.pool import Database
from shared.manifest import Service
from shared.observe.metrics import metrics
from shared.settings import ServiceSettings
from shared.web.front import Front
from shared.web.guard import open_to_all
from shared.web.problems import Problem, add_errors
from shared.web.tokens import Keys

NO_TELEMETRY: TelemetryConfig = {
    "tracing": False, "metrics": False, "logs": False, "operation_spans": False, "auto_configure": False,
}  # fmt: skip
"""FastAPI's own spans repeat ours (shared/web/front.py), and its own log records quote the texts of exceptions."""

Check = Callable[[], Awaitable[str | None]]
"""A readiness check: None, or the reason in words."""


health = APIRouter(dependencies=[open_to_all], include_in_schema=False)


@health.get("/healthz")
async def get_health() -> Response:
    """The process answers."""
    return JSONResponse({"alive": True})


@health.get("/readyz")
async def get_readiness(request: Request) -> Response:
    """Whether to send it work, and why not; and whether it is degraded, but still serving."""
    state = request.app.state
    reasons = [reason for check in state.checks if (reason := await check())]
    degraded = [reason for check in state.degraded if (reason := await check())]
    told = {"ready": not reasons, "reasons": reasons, "degraded": degraded}
    return JSONResponse(told, 503 if reasons else 200)


@health.get("/metrics")
async def get_metrics() -> Response:
    """Prometheus' text format."""
    return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def asgi(service: Service, settings: ServiceSettings, database: Database | None, keys: Keys) -> FastAPI:
    """The service's web application, with everything that it needs given to it."""
    app = _bare(service, settings)
    app.state.database, app.state.keys = database, keys
    for router in map(service.load, service.serves):
        app.include_router(router, responses={"default": {"model": Problem}})
    add_errors(app, service.errors)
    if service.shapes:
        service.load(service.shapes)(app)
    return app


def operations(
    service: Service, settings: ServiceSettings, checks: Sequence[Check] = (), degraded: Sequence[Check] = ()
) -> FastAPI:
    """What only operators ask, for a port of its own: health, readiness and metrics of one process.

    A `degraded` check is reported and the process stays ready: searches are answered while Kafka is away.
    """
    app = _bare(service, settings, quiet=True)
    app.state.checks, app.state.degraded = checks, degraded
    app.include_router(health)
    add_errors(app, {})
    return app


def _bare(service: Service, settings: ServiceSettings, quiet: bool = False) -> FastAPI:
    # No documentation pages: they load scripts from other hosts. OpenAPI is written at build time. No redirect to the
    # same path with or without a slash: its address would be made of whatever Host the request names.
    app = FastAPI(
        title=service.name, description=service.purpose, openapi_url=None, docs_url=None, redoc_url=None,
        redirect_slashes=False, telemetry=NO_TELEMETRY,
    )  # fmt: skip
    app.state.service, app.state.settings = service, settings
    app.add_middleware(Front, service=service, quiet=quiet)
    return app
