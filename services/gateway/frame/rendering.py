"""Turns a template into a page: GOV.UK Frontend's macros, our words, and the headers that every page carries."""

from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import jinja2
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader
from markupsafe import Markup
from starlette.responses import HTMLResponse

from services.gateway import words
from services.gateway.frame.journey import Journeys
from services.gateway.settings import Settings

TEMPLATES = Path(__file__).parent / "templates"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
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
    """The templates, with what every page knows: the council's words, the journeys, the address of the files."""

    def __init__(self, settings: Settings, journeys: Journeys, files: str) -> None:
        self._own = {journey.name: journey.words for journey in journeys.every}
        self._templates = environment(journeys)
        self._templates.globals.update(council=settings, words=words, journeys=journeys, assets=files)

    def page(self, template: str, status: int, context: Mapping[str, Any]) -> HTMLResponse:
        own = self._own.get(template.partition("/")[0])
        html = self._templates.get_template(f"{template}.html").render({"own": own, **context})
        return HTMLResponse(html, status, HEADERS)


Globals = MutableMapping[str, Any]


class _Macros(PackageLoader):
    """GOV.UK's macros read what they were not given as empty. In a page of ours a name that nothing has is an error."""

    lenient: Environment | None = None

    def load(self, environment: Environment, name: str, globals: Globals | None = None) -> jinja2.Template:
        self.lenient = self.lenient or environment.overlay(undefined=jinja2.Undefined)
        return super().load(self.lenient, name, globals)


def environment(journeys: Journeys) -> Environment:
    """The frame's templates under their own names, those of a journey as "journey/name", and GOV.UK's macros."""
    folders = {journey.name: FileSystemLoader(journey.templates) for journey in journeys.every}
    macros = {"govuk_frontend_jinja": _Macros("govuk_frontend_jinja")}
    templates = ChoiceLoader([FileSystemLoader(TEMPLATES), PrefixLoader({**folders, **macros})])
    made = Environment(
        loader=templates, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    made.filters["bdi"] = apart
    return made


def apart(value: object) -> Markup:
    """What came from outside, as text of its own direction: it cannot turn around what stands beside it.

    Unicode's bidirectional algorithm (UAX 9) lets a name with U+202E reverse a telephone number after it.
    """
    return Markup("<bdi>{}</bdi>").format(value) if value not in (None, "") else Markup("")
