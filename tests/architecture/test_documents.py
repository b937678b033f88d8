"""What is derived is current, and valid by the rules of others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from deploy.generate import documents
from deploy.generate.asyncapi import asyncapi as asyncapi_of
from deploy.generate.events import events_page
from deploy.services import load_all
from shared.contracts import State
from tests.architecture.tree import ROOT

SERVICES = load_all()
ASYNCAPI_RULES = ROOT / "tests/contracts/asyncapi-3.0.0-schema.json"


@pytest.fixture(scope="module")
def rules() -> Draft7Validator:
    return Draft7Validator(json.loads(ASYNCAPI_RULES.read_text(encoding="utf-8")))


@pytest.fixture
def asyncapi() -> dict[str, Any]:
    return asyncapi_of(SERVICES)


def test_the_documents_are_current() -> None:
    assert [str(path) for path in documents.outdated(SERVICES)] == [], "make docs"


def test_a_document_out_of_date_is_named(tmp_path: Path) -> None:
    documents.write(SERVICES, tmp_path)
    assert documents.outdated(SERVICES, tmp_path) == []
    (tmp_path / "docs/events.md").write_text("yesterday's", encoding="utf-8")
    (tmp_path / "docs/openapi/nobody.json").write_text("{}", encoding="utf-8")
    assert documents.outdated(SERVICES, tmp_path) == [Path("docs/events.md"), Path("docs/openapi/nobody.json")]


def test_asyncapi_is_valid(rules: Draft7Validator, asyncapi: dict[str, Any]) -> None:
    assert [error.message for error in rules.iter_errors(asyncapi)] == []


def test_an_asyncapi_with_a_fault_is_refused(rules: Draft7Validator, asyncapi: dict[str, Any]) -> None:
    asyncapi["operations"]["audit.emits.AuditRead"]["action"] = "shout"
    assert not rules.is_valid(asyncapi)


def test_asyncapi_is_the_file_in_docs(asyncapi: dict[str, Any]) -> None:
    assert yaml.safe_load((ROOT / "docs/asyncapi.yaml").read_text(encoding="utf-8")) == asyncapi


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return own.union(*map(references, value.values()))
    return set().union(*map(references, value)) if isinstance(value, list) else set()


def test_every_reference_leads_somewhere(asyncapi: dict[str, Any]) -> None:
    for reference in references(asyncapi):
        place: Any = asyncapi
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_event_that_is_emitted_is_in_the_documents(asyncapi: dict[str, Any]) -> None:
    said = {event for service in SERVICES for event in service.emits}
    assert set(asyncapi["components"]["messages"]) == {event.type for event in said}
    page = events_page(SERVICES)
    assert all(f"**{event.__name__}** ({'state' if issubclass(event, State) else 'fact'})" in page for event in said)


def test_a_schema_in_asyncapi_asks_for_what_its_contract_asks_for(asyncapi: dict[str, Any]) -> None:
    made = asyncapi["components"]["schemas"]["SearchMade"]
    assert {"search_id", "asked", "shown", "as_of", "outcome", "actor"} == set(made["required"])


@pytest.mark.parametrize("path", sorted((ROOT / "docs/openapi").glob("*.json")), ids=lambda path: path.stem)
def test_openapi_tells_what_every_refusal_looks_like(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["openapi"].startswith("3.1")
    for operations in document["paths"].values():
        for operation in operations.values():
            assert "default" in operation["responses"]
