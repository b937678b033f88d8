"""What the pages need of the web application: rendering, sealed forms, clients of the services, errors as pages."""

from __future__ import annotations

from datetime import timedelta

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.middleware.gzip import GZipMiddleware

from services.gateway import clients
from services.gateway.forms import Forms
from services.gateway.http import errors
from services.gateway.pages import Pages
from services.gateway.settings import Settings

COMPRESSION = 6  # zlib's middle: a page of 10 KB in well under a millisecond


def shape(app: FastAPI) -> None:
    """What the pages need, made once for the life of the process; and errors as pages instead of problem+json."""
    settings: Settings = app.state.settings
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION)
    app.state.pages = Pages(settings)
    app.state.forms = Forms(settings.secret, timedelta(seconds=settings.seal_life_s))
    app.state.client = clients.connect(settings)
    for kind, handler in errors.HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.add_exception_handler(RequestValidationError, errors.malformed)
