"""An event that was once emitted can be read for ever: its schema may gain optional fields and nothing else."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from uuid import UUID

import pytest
from pydantic import Field, create_model

from shared.contracts import Event, Fact, Part
from shared.contracts.lookup import SearchMade
from shared.contracts.referrals import ReferralMade
from tests.contracts import frozen
from tests.contracts.frozen import Json, broken

TYPES = sorted(frozen.events())


@pytest.mark.parametrize("type_", TYPES)
def test_an_event_keeps_its_promise(type_: str) -> None:
    assert type_ in frozen.types_promised(), f"{type_} is new: python -m tests.contracts.frozen"
    assert list(broken(frozen.promised(type_), frozen.schema(frozen.events()[type_]))) == []


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_promised_is_what_is_emitted(type_: str) -> None:
    """Fields that were added are promised as well, from the commit that adds them."""
    assert list(broken(frozen.schema(frozen.events()[type_]), frozen.promised(type_))) == []


def test_no_event_is_taken_away() -> None:
    assert frozen.types_promised() <= set(TYPES)


def changed(**fields: Any) -> Json:
    """ReferralMade's schema, with these fields in it as well or otherwise."""
    return create_model(
        "ReferralMade", __base__=Part, __doc__=None, **{**_fields(ReferralMade), **fields}
    ).model_json_schema()


def _fields(event: type[Event]) -> dict[str, Any]:
    return {name: (field.annotation, deepcopy(field)) for name, field in event.model_fields.items()}


def test_an_optional_field_may_be_added() -> None:
    assert list(broken(changed(), changed(note=(str | None, None)))) == []


def test_an_optional_part_may_be_added() -> None:
    part = create_model("Sender", __base__=Part, name=(str, ...))
    assert list(broken(changed(), changed(sender=(part | None, None)))) == []


def test_words_for_people_may_change() -> None:
    assert list(broken(changed(), changed(reference=(str, Field(description="What the school quotes."))))) == []


@pytest.mark.parametrize(
    ("breaking", "where"),
    [
        ({"note": (str, ...)}, "/required"),
        ({"reference": (str, "")}, "/required"),
        ({"reference": (int, ...)}, "/properties/reference/type"),
        ({"reference": (str, Field(max_length=10))}, "/properties/reference/maxLength"),
        ({"reference": (str | None, ...)}, "/properties/reference/anyOf"),
        ({"referral_id": (str, ...)}, "/properties/referral_id/format"),
    ],
)
def test_any_other_change_is_refused(breaking: dict[str, Any], where: str) -> None:
    assert where in list(broken(changed(), changed(**breaking)))


def test_a_field_taken_away_is_refused() -> None:
    less = changed()
    del less["properties"]["reference"]
    assert "/properties/reference" in list(broken(changed(), less))


def test_a_change_inside_a_part_is_refused() -> None:
    now = SearchMade.model_json_schema()
    now["$defs"]["ShownWorker"]["required"].append("phone")
    assert list(broken(SearchMade.model_json_schema(), now)) == ["/$defs/ShownWorker/required"]


def test_every_fact_declares_what_audit_indexes() -> None:
    indexed = {"actor": UUID | None, "children": tuple[UUID, ...], "outcome": str}
    for event in frozen.events().values():
        if issubclass(event, Fact):
            fields = {name: event.model_fields[name].annotation for name in indexed}
            assert fields == indexed, event.type
