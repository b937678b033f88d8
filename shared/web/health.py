"""Health, readiness and metrics of one process, for operators."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from shared.observe.metrics import metrics
from shared.web.guard import open_to_all

router = APIRouter(dependencies=[open_to_all], include_in_schema=False)


@router.get("/healthz")
async def get_health() -> Response:
    """The process answers."""
    return JSONResponse({"alive": True})


@router.get("/readyz")
async def get_readiness(request: Request) -> Response:
    """Whether to send it work, and why not; and whether it is degraded, but still serving."""
    state = request.app.state
    reasons = [reason for check in state.checks if (reason := await check())]
    degraded = [reason for check in state.degraded if (reason := await check())]
    told = {"ready": not reasons, "reasons": reasons, "degraded": degraded}
    return JSONResponse(told, 503 if reasons else 200)


@router.get("/metrics")
async def get_metrics() -> Response:
    """Prometheus' text format."""
    return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
