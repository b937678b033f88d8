"""Field by field: whose value counts, when another's serves instead, and what stays in doubt."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.feed.several.merging import FIELDS, merged_child, merged_staff
from shared.contracts.feed import EVER, Child, Roll, Team, Worker

ID, OTHER = UUID(int=1), UUID(int=2)
UPN, OTHER_UPN = "B801200005001", "L850200023001"
ROLL = Roll(school="990001", starts=date(2024, 9, 1))
SAID: dict[str, tuple[Any, Any, Any]] = {
    "child.given_name": ("Mirela", "Mirella", ""), "child.family_name": ("Thornwick", "Thorne", ""),
    "child.born": (date(2014, 3, 5), date(2014, 5, 3), EVER), "child.upn": (UPN, OTHER_UPN, None),
    "worker.name": ("Ione", "Tilde", ""), "worker.role": ("social_worker", "support_worker", "support_worker"),
    "worker.team_id": (ID, OTHER, None), "worker.phone": ("1", "2", None), "worker.email": ("a@b", "c@d", None),
    "worker.left_on": (date(2026, 1, 1), date(2026, 2, 1), None),
    "worker.absent_until": (date(2026, 1, 1), date(2026, 2, 1), None),
    "team.name": ("North", "South", ""), "team.duty_phone": ("1", "2", ""), "team.duty_hours": ("9-5", "8-4", ""),
    "team.out_of_hours_phone": ("1", "2", None),
}  # fmt: skip
"""Of each field what the first source says, what the second, and what stands where there is nothing."""


def state(field: str, value: Any, doubtful: bool = False) -> Any:
    kind, _, name = field.partition(".")
    doubts = (name,) if doubtful else ()
    match kind:
        case "child":
            said = {"upn": None, "given_name": "x", "family_name": "x", "born": date(2014, 1, 1), name: value}
            return Child.model_validate({"revision": 0, "child_id": ID, "doubtful": doubts, **said})
        case "worker":
            said = {"name": "x", "role": "social_worker", "team_id": None, name: value}
            return Worker.model_validate({"revision": 0, "worker_id": ID, "doubtful": doubts, **said})
        case _:
            said = {"name": "x", "duty_phone": "0", "duty_hours": "x", name: value}
            return Team.model_validate({"revision": 0, "team_id": ID, "doubtful": doubts, **said})


def merged(field: str, one: Any, other: Any, *first: str) -> Any:
    kind, states = field.partition(".")[0], [("one", one), ("other", other)]
    order = {field: first}
    return merged_child(states, order) if kind == "child" else merged_staff(kind, states, order)  # type: ignore[arg-type]


def test_every_field_is_tried() -> None:
    assert SAID.keys() == {f"{kind}.{name}" for kind, names in FIELDS.items() for name in names}


@pytest.mark.parametrize("field", SAID)
def test_the_first_that_has_a_usable_value_counts(field: str) -> None:
    one, other, none = SAID[field]
    name = field.partition(".")[2]
    told = [
        merged(field, state(field, one), state(field, other)),
        merged(field, state(field, one), state(field, other), "other"),
        merged(field, state(field, one), state(field, other), "other", "one"),
        merged(field, state(field, none, doubtful=True), state(field, other)),
        merged(field, state(field, one), state(field, none, doubtful=True), "other"),
    ]
    assert [getattr(state, name) for state in told] == [one, other, other, other, one]


@pytest.mark.parametrize("field", SAID)
def test_where_none_can_be_used_and_one_has_something_it_is_doubted(field: str) -> None:
    none, name = SAID[field][2], field.partition(".")[2]
    for pair in ((True, False), (False, True)):
        one, other = (state(field, none, doubtful=doubt) for doubt in pair)
        if field == "worker.role":  # a job is always one of two: what is not doubted is known
            continue
        assert merged(field, one, other).doubtful == (name,)


def test_every_upn_finds_the_child_and_one_that_cannot_be_read_stays_in_doubt() -> None:
    told = merged("child.upn", state("child.upn", UPN), state("child.upn", OTHER_UPN))
    assert (told.upn, told.former_upns) == (UPN, (OTHER_UPN,))
    told = merged("child.upn", state("child.upn", None, doubtful=True), state("child.upn", OTHER_UPN))
    assert (told.upn, told.doubtful, told.restricted) == (OTHER_UPN, ("upn",), False)


def test_lists_are_put_together_with_every_doubt_and_restricted_is_whoever_is_by_one() -> None:
    said = state("child.upn", UPN)
    one = said.model_copy(update={"rolls": (ROLL,)})
    other = said.model_copy(update={"rolls": (ROLL,), "doubtful": ("cases",), "restricted": True,
                                    "restricted_in_doubt": True})  # fmt: skip
    told = merged("child.upn", one, other)
    assert (told.rolls, told.doubtful, told.restricted_in_doubt) == ((ROLL,), ("cases",), True)
    sure = merged("child.upn", one, said.model_copy(update={"restricted": True}))
    assert (sure.restricted, sure.restricted_in_doubt, sure.allocations) == (True, False, ())
