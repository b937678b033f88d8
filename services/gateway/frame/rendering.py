"""Turns a template into a page: GOV.UK Frontend's macros, our words, and the headers that every page carries."""

import gzip
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from services.gateway import words
from services.gateway.frame.journey import Journeys
from services.gateway.settings import Settings
from shared.web.guard import open_to_all

HOME = Path(__file__).parent
BUILT = HOME.parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
STATIC: Mapping[str, str] = {
    "portal.css": "text/css; charset=utf-8",
    "portal.js": "text/javascript; charset=utf-8",
    "session.js": "text/javascript; charset=utf-8",
    "start.js": "text/javascript; charset=utf-8",
    "govuk-frontend.min.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "LICENCE.txt": "text/plain; charset=utf-8",
}

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    ]
)
HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "referrer-policy": "same-origin",  # with none at all a browser says of our own forms that they come from nowhere
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=63072000",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Pages:
    """The templates, with what every page knows: the council's words and where the built assets are."""

    def __init__(self, settings: Settings, journeys: Journeys) -> None:
        self.files = {name: (BUILT / name).read_bytes() for name in STATIC}
        self.packed = {name: gzip.compress(raw, mtime=0) for name, raw in self.files.items()}
        self.version = sha256(b"".join(self.files.values())).hexdigest()[:12]
        self._own = {journey.name: journey.words for journey in journeys.every}
        self._templates = environment(journeys)
        self._templates.globals.update(
            council=settings, words=words, journeys=journeys, assets=f"/static/{self.version}", zip=zip
        )

    def page(self, template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
        own = self._own.get(template.partition("/")[0])
        html = self._templates.get_template(f"{template}.html").render({"own": own, **context})
        return HTMLResponse(html, status, HEADERS)


def environment(journeys: Journeys) -> Environment:
    """The frame's templates under their own names, those of a journey as "journey/name", and GOV.UK's macros."""
    folders = {journey.name: FileSystemLoader(journey.templates) for journey in journeys.every}
    macros = {"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}
    templates = ChoiceLoader([FileSystemLoader(HOME / "templates"), PrefixLoader({**folders, **macros})])
    made = Environment(loader=templates, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    made.filters["bdi"] = apart
    return made


def apart(value: object) -> Markup:
    """What came from outside, as text of its own direction: it cannot turn around what stands beside it.

    Unicode's bidirectional algorithm (UAX 9) lets a name with U+202E reverse a telephone number after it.
    """
    return Markup("<bdi>{}</bdi>").format(value) if value not in (None, "") else Markup("")


router = APIRouter(include_in_schema=False)


@router.get("/static/{version}/{name}", dependencies=[open_to_all])
async def get_static(request: Request, version: str, name: str) -> Response:
    """A file under an address that changes with its content; compressed beforehand for browsers that can read it."""
    pages: Pages = request.app.state.pages
    if name not in STATIC or version != pages.version:
        raise HTTPException(404)
    headers = {"cache-control": FOR_EVER, "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(pages.files[name], media_type=STATIC[name], headers=headers)
    return Response(pages.packed[name], media_type=STATIC[name], headers={**headers, "content-encoding": "gzip"})
