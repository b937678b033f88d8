"""docs/openapi/<service>.json: what each service that is asked over HTTP answers."""

from __future__ import annotations

import httpx

from deploy.generate import VERSION, Json
from shared.manifest import Service
from shared.web.app import asgi
from shared.web.tokens import Keys


def openapi(service: Service) -> Json:
    """The OpenAPI document of a service's web application, made without its settings or its database."""
    app = asgi(service, service.settings.model_construct(), None, Keys("", httpx.AsyncClient()))
    app.version = VERSION
    return app.openapi()
