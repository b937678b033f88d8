"""Nobody is sent on to a host that a request only names."""

from __future__ import annotations

import httpx
import pytest

from deploy.services import load_all
from shared.manifest import Service
from shared.web.app import operations
from tests.architecture.test_routes import application, paths

EVIL = "evil.example"
ODD = ["//evil.example", "//evil.example/..", "/https://evil.example", "/%2f%2fevil.example/", "/\\evil.example", "/."]
SAID = {"host": EVIL, "x-forwarded-host": EVIL, "x-forwarded-proto": "https", "forwarded": f"host={EVIL}"}


@pytest.mark.parametrize("service", load_all(), ids=lambda service: service.name)
async def test_no_answer_sends_anybody_to_the_host_that_the_request_names(service: Service) -> None:
    asked = [form for path in paths(service) for form in (path, f"{path}/", path.rstrip("/"), f"/{path}")]
    for app in (application(service), operations(service, application(service).state.settings)):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="https://portal.test") as client:
            for path in {*asked, *ODD, "/healthz/", "/readyz/", "/metrics/"}:
                for method in ("GET", "POST", "DELETE"):
                    request = client.build_request(method, "/", headers=SAID)
                    request.url = request.url.copy_with(raw_path=(path or "/").encode())
                    answer = await client.send(request)
                    assert EVIL not in answer.headers.get("location", "")
                    assert answer.status_code not in (301, 302, 307, 308)
