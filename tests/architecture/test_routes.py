"""No route without a guard: each asks for a token, or says that it is open to all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from pydantic import SecretStr

from deploy.services import load_all
from shared.manifest import Service
from shared.web.app import asgi
from shared.web.guard import guard, open_to_all
from shared.web.tokens import Keys


def application(service: Service) -> FastAPI:
    """The web application with made-up settings: nothing of it is asked here."""
    required = {name: field.annotation for name, field in service.settings.model_fields.items() if field.is_required()}
    made_up: dict[str, Any] = {
        name: SecretStr("0" * 64) if kind is SecretStr else "0" for name, kind in required.items()
    }
    return asgi(service, service.settings.model_construct(**made_up), None, Keys("", httpx.AsyncClient()))


def paths(service: Service) -> set[str]:
    return {route.path or "" for route in iter_route_contexts(application(service).routes)}


def guarded(dependant: Dependant) -> bool:
    return getattr(dependant.call, "guards", False) or any(guarded(inner) for inner in dependant.dependencies)


def unguarded(app: FastAPI) -> Iterator[str]:
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, APIRoute):
            yield f"not ours: {route.path}"
        elif not any(guarded(dependant) for dependant in route.dependant.dependencies):
            yield f"{sorted(route.methods or ())} {route.path}"


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
    assert paths(service).isdisjoint({"/docs", "/redoc", "/openapi.json", "/asyncapi"})


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
def test_no_path_carries_a_child(service: Service) -> None:
    assert not any(word in path for path in paths(service) for word in ("{child", "{upn", "{born", "{given", "{family"))
