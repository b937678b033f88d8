"""The gateway's web application: the routes of every journey, and what its pages need for the life of the process."""

from datetime import timedelta

from fastapi import APIRouter, FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from services.gateway import files
from services.gateway.calls import http
from services.gateway.calls.referrals import attachments
from services.gateway.frame import errors
from services.gateway.frame.forms import Forms
from services.gateway.frame.rendering import Pages
from services.gateway.journeys import discovered
from services.gateway.settings import Settings

PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *attachments.PACKED)
"""Compressed already: files, which are passed on as they come."""
COMPRESSION = 6  # zlib's middle: a page of 10 KB in well under a millisecond

router = APIRouter(include_in_schema=False)
router.include_router(files.router)
for journey in discovered().every:
    router.include_router(journey.router)


def shape(app: FastAPI) -> None:
    """Give the pages what they need, made once; and show errors as pages instead of problem+json."""
    settings: Settings = app.state.settings
    app.add_middleware(GZipMiddleware, compresslevel=COMPRESSION, exclude_content_types=PACKED)
    app.state.journeys = discovered()
    app.state.files = files.Files()
    app.state.pages = Pages(settings, app.state.journeys, app.state.files.folder)
    app.state.forms = Forms(settings.secret, timedelta(seconds=settings.seal_life_s))
    app.state.client = http.connect(settings)
    for kind, handler in errors.HANDLERS.items():
        app.add_exception_handler(kind, handler)
