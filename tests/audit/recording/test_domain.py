"""What can be found of a fact, whatever its bytes are."""

from __future__ import annotations

import base64
import json
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audit.recording import domain
from services.audit.recording.domain import Indexed, indexed

CHILD, ACTOR = uuid4(), uuid4()


def test_a_fact_is_found_by_what_every_fact_declares() -> None:
    body = json.dumps({"actor": str(ACTOR), "children": [str(CHILD)], "outcome": "found", "else": 1}).encode()
    assert indexed(body) == Indexed(actor=ACTOR, children=(CHILD,), outcome="found")


@pytest.mark.parametrize(
    "wrong",
    [{"actor": "somebody"}, {"actor": 7}, {"children": ["x"]}, {"children": 5}, {"purpose": ["a"]}, {"role": {}}],
)
def test_what_cannot_be_read_is_left_out_and_the_rest_is_found(wrong: dict[str, object]) -> None:
    assert indexed(json.dumps({**wrong, "outcome": "found"}).encode()) == Indexed(outcome="found")


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"7", b"null", b"{", b"[" * 100_000, b'"\\ud800"'])
def test_a_body_that_is_no_json_object_is_shown_as_base64_and_found_by_nothing(body: bytes) -> None:
    assert indexed(body) == Indexed()
    assert domain.decoded(body) == {"base64": base64.b64encode(body).decode()}


def test_half_a_surrogate_pair_does_not_reach_the_database_or_the_page() -> None:
    body = b'{"purpose": "\\ud800", "outcome": "found"}'
    assert indexed(body).purpose is None
    assert "base64" in domain.decoded(body)


def test_nul_and_length_never_stop_an_entry() -> None:
    found = indexed(json.dumps({"purpose": "a\0b" + "x" * 10_000}).encode())
    assert found.purpose == "ab" + "x" * (domain.TEXT_MAX - 2)


@given(
    st.binary(max_size=300)
    | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps).map(str.encode)
)
def test_any_bytes_at_all_can_be_indexed_and_shown(body: bytes) -> None:
    assert isinstance(indexed(body), Indexed)
    json.dumps(domain.decoded(body), ensure_ascii=False).encode()


@given(st.lists(st.tuples(st.text(), st.none() | st.binary())))
def test_headers_are_restored_byte_for_byte(headers: list[tuple[str, bytes | None]]) -> None:
    kept = json.loads(domain.headers_kept(headers))
    assert [(name, None if value is None else value.encode("latin-1")) for name, value in kept] == headers


@pytest.mark.parametrize(
    ("type_", "kind"),
    [("lookup.SearchMade.v1", "SearchMade"), ("a.B.v2", "B"), ("SearchMade", "SearchMade"), ("a..v1", "a..v1")],
)
def test_a_kind_is_the_name_within_the_type(type_: str, kind: str) -> None:
    assert domain.kind_of(type_) == kind


def test_an_entry_names_each_child_once() -> None:
    assert indexed(json.dumps({"children": [str(UUID(int=1))] * 2}).encode()).children == (UUID(int=1),)
