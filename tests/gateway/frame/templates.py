"""Every template of the gateway, by the name that pages ask for it, as it is written."""

from __future__ import annotations

from services.gateway.frame.rendering import environment
from services.gateway.journeys import discovered

ENVIRONMENT = environment(discovered())


def _source(name: str) -> str:
    assert ENVIRONMENT.loader is not None
    return ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]


SOURCES = {
    name: _source(name)
    for name in ENVIRONMENT.list_templates(filter_func=lambda name: not name.startswith("govuk_frontend_jinja/"))
}
