"""An entry: one fact as it is written down, and what of it can be found. Pure."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import to_json

TEXT_MAX = 200
"""Longest text that is indexed, in characters (a B-tree row holds 2,704 bytes); the whole stays in the raw body."""


def _short(value: Any) -> Any:
    """PostgreSQL's text has no NUL, and an index entry has a largest size: neither may stop an entry."""
    return value.replace("\0", "")[:TEXT_MAX] if isinstance(value, str) else value


def _once_each(ids: tuple[UUID, ...]) -> tuple[UUID, ...]:
    return tuple(dict.fromkeys(ids))


Text = Annotated[str | None, BeforeValidator(_short)]
Ids = Annotated[tuple[UUID, ...], AfterValidator(_once_each)]


class Indexed(BaseModel):
    """What an entry can be found by: the fields that every fact declares (shared.contracts.Fact)."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    actor: UUID | None = None
    role: Text = None
    school: Text = None
    agreement: Text = None
    children: Ids = ()
    purpose: Text = None
    outcome: Text = None


def indexed(body: bytes) -> Indexed:
    """Read what is there, of a fact of any type; what cannot be read is left out, for the raw body is kept anyway."""
    try:
        return Indexed.model_validate_json(body)
    except ValidationError:
        found = decoded(body)
    try:
        return Indexed.model_validate(found)
    except ValidationError as error:
        wrong = {each["loc"][0] for each in error.errors(include_url=False, include_input=False) if each["loc"]}
        return Indexed.model_validate({name: value for name, value in found.items() if name not in wrong})


def decoded(body: bytes) -> dict[str, Any]:
    """The body as an object; one that is not a JSON object is shown as {"base64": …}."""
    try:
        value = json.loads(body)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair can be read but never be written
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"base64": base64.b64encode(body).decode()}


@dataclass(frozen=True, slots=True)
class Entry:
    """One fact, as it is written down."""

    entry_id: UUID
    source: str
    type: str
    kind: str
    known: bool
    at: datetime
    correlation: UUID
    indexed: Indexed
    headers: bytes
    body: bytes


def kind_of(type_: str) -> str:
    """`lookup.SearchMade.v1` is a SearchMade; a type of any other form is its own kind."""
    parts = type_.split(".")
    return parts[1] if len(parts) == 3 and all(parts) else type_


def headers_kept(headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Headers in their order, doubles too, so that they can be had back byte for byte: ISO-8859-1 knows all 256."""
    return to_json([(name, None if value is None else value.decode("latin-1")) for name, value in headers])
