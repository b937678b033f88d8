"""No route without a guard: each asks for a token, or says that it is open to all."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from deploy.services import load_all
from shared.http import guard, open_to_all
from shared.service import Service, asgi
from shared.tokens import Keys


def application(service: Service) -> FastAPI:
    return asgi(service, service.settings.model_construct(), None, Keys("", httpx.AsyncClient()))


def guarded(dependant: Dependant) -> bool:
    return getattr(dependant.call, "guards", False) or any(guarded(inner) for inner in dependant.dependencies)


def unguarded(app: FastAPI) -> Iterator[str]:
    for route in app.routes:
        if isinstance(route, APIRoute):
            if not any(guarded(dependant) for dependant in route.dependant.dependencies):
                yield f"{sorted(route.methods or ())} {route.path}"
        elif not (isinstance(route, Mount) and isinstance(route.app, StaticFiles)):
            yield str(route)


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_every_route_is_guarded_or_open_to_all(service: Service) -> None:
    assert list(unguarded(application(service))) == []


def test_a_route_without_a_guard_is_found() -> None:
    router = APIRouter()
    router.get("/forgotten")(lambda: None)
    router.get("/guarded", dependencies=[guard("lead")])(lambda: None)
    router.get("/open", dependencies=[open_to_all])(lambda: None)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router)
    assert list(unguarded(app)) == ["['GET'] /forgotten"]


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_nobody_publishes_its_own_documentation(service: Service) -> None:
    """Documentation pages load scripts from other hosts; a broker's let anybody publish."""
    paths = {getattr(route, "path", "") for route in application(service).routes}
    assert paths.isdisjoint({"/docs", "/redoc", "/openapi.json", "/asyncapi"})


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_no_path_carries_a_child(service: Service) -> None:
    paths = " ".join(getattr(route, "path", "") for route in application(service).routes)
    assert not any(word in paths for word in ("{child", "{upn", "{name", "{born", "{given", "{family"))
