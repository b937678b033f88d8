"""Each outcome of a search: when it is given, what it shows, and what its record says."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.contracts.feed import Child
from tests.lookup.world import (
    BORN,
    OTHER_SCHOOL,
    TEAM,
    UNKNOWN_UPN,
    UPN,
    WORKER,
    Lookup,
    allocated,
    by_name,
    case,
    child,
    on_roll,
    with_worker,
    worker,
)
from tests.support.web import AGREEMENT, SCHOOL, caller

NOTHING_SHOWN: dict[str, object] = {"child": None, "workers": [], "duty": None, "differs": [], "tells_apart": []}


def shown(answer: dict[str, object]) -> dict[str, object]:
    """An answer without what differs each time."""
    return {name: value for name, value in answer.items() if name not in ("search_id", "as_of", "outcome")}


async def test_found_shows_the_worker_and_the_teams_duty_line(lookup: Lookup) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    answer = await lookup.search(upn=UPN)
    assert answer["outcome"] == "found"
    named = {"given_name": "Mira", "family_name": "O'Quillane", "born": "2014-04-03"}
    assert answer["child"] == {"child_id": str(mira.child_id), **named}
    assert answer["workers"] == [
        {"name": "Rowan Achterberg", "role": "social_worker", "lead": True, "team": "Northbrook"}
        | {"phone": "01632 960222", "email": "rowan@example.org", "callable": True}
        | {"duty_phone": None, "duty_hours": None}
    ]
    duty = {"team": "Northbrook", "phone": "01632 960111", "hours": "Monday to Friday", "out_of_hours_phone": None}
    assert answer["duty"] == duty


async def test_every_worker_is_shown_the_lead_worker_first_then_by_name(lookup: Lookup) -> None:
    ann, zoe, lead = worker("Ann"), worker("Zoë"), worker("Milo")
    await lookup.keep(TEAM, ann, zoe, lead)
    await lookup.keep(with_worker(allocations=(allocated(zoe, False), allocated(ann, False), allocated(lead))))
    assert [each["name"] for each in (await lookup.search())["workers"]] == ["Milo", "Ann", "Zoë"]


@pytest.mark.parametrize(
    ("said", "email"),
    [
        ({"phone": None}, "rowan@example.org"),
        ({"absent_until": date(2099, 1, 1)}, "rowan@example.org"),
        ({"left_on": date(2020, 1, 1)}, None),
    ],
)
async def test_in_place_of_a_worker_who_cannot_be_called_the_duty_line_is_shown(
    lookup: Lookup, said: dict[str, object], email: str | None
) -> None:
    rowan = worker("Rowan", **said)
    await lookup.keep(TEAM, rowan, with_worker(allocations=(allocated(rowan),)))
    [seen] = (await lookup.search())["workers"]
    assert (seen["callable"], seen["phone"], seen["email"]) == (False, None, email)
    assert (seen["duty_phone"], seen["duty_hours"]) == ("01632 960111", "Monday to Friday")


async def test_a_worker_back_from_absence_can_be_called(lookup: Lookup) -> None:
    rowan = worker("Rowan", absent_until=date(2020, 1, 1))
    await lookup.keep(TEAM, rowan, with_worker(allocations=(allocated(rowan),)))
    assert (await lookup.search())["workers"][0]["callable"] is True


async def test_an_open_case_without_a_worker_is_found_with_the_cases_duty_line(lookup: Lookup) -> None:
    await lookup.keep(TEAM, child(cases=(case(),)))
    answer = await lookup.search()
    assert (answer["outcome"], answer["workers"], answer["duty"]["team"]) == ("found", [], "Northbrook")


async def test_while_the_state_of_an_allocated_worker_has_not_come_there_is_no_plain_answer(lookup: Lookup) -> None:
    await lookup.keep(TEAM, with_worker())
    answer = await lookup.search()
    assert (answer["outcome"], answer["as_of"], shown(answer)) == ("not_current", None, NOTHING_SHOWN)
    await lookup.keep(WORKER)
    assert (await lookup.search())["outcome"] == "found"


@pytest.mark.parametrize(
    "records", [{}, {"cases": (case(ends=date(2021, 1, 1)),), "allocations": (allocated(),)}], ids=["no case", "closed"]
)
async def test_no_open_case_shows_the_child_and_nobody_else(lookup: Lookup, records: dict[str, object]) -> None:
    await lookup.keep(TEAM, WORKER, child(**records))
    answer = await lookup.search()
    assert (answer["outcome"], answer["workers"], answer["duty"]) == ("no_open_case", [], None)
    assert answer["child"]["given_name"] == "Mira"


async def test_a_worker_without_any_case_is_found(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, child(allocations=(allocated(),)))
    assert (await lookup.search())["workers"][0]["name"] == "Rowan Achterberg"


async def test_another_schools_child_and_an_unknown_child_get_the_same_answer(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, with_worker(rolls=(on_roll(OTHER_SCHOOL),)))
    elsewhere, unknown = await lookup.search(upn=UPN), await lookup.search(upn=UNKNOWN_UPN)
    assert elsewhere["outcome"] == unknown["outcome"] == "not_on_roll"
    assert shown(elsewhere) == shown(unknown) == NOTHING_SHOWN
    assert elsewhere["as_of"] == unknown["as_of"]
    assert [fact["children"] for fact in await lookup.facts()] == [[], []]


async def test_of_a_restricted_child_nothing_is_shown_but_call_team(lookup: Lookup) -> None:
    mira = with_worker(restricted=True)
    await lookup.keep(TEAM, WORKER, mira)
    answer = await lookup.search()
    assert answer["outcome"] == "call_team"
    assert shown(answer) == NOTHING_SHOWN
    [fact] = await lookup.facts()
    assert (fact["outcome"], fact["children"]) == ("call_team", [str(mira.child_id)])


async def test_a_restricted_child_of_another_school_is_not_on_roll(lookup: Lookup) -> None:
    await lookup.keep(child(restricted=True, rolls=(on_roll(OTHER_SCHOOL),)))
    assert (await lookup.search())["outcome"] == "not_on_roll"


def namesakes(count: int, **said: object) -> list[Child]:
    return [child(upn=None, **said) for _ in range(count)]


@pytest.mark.parametrize(("count", "tells_apart"), [(2, ["upn"]), (5, ["upn"]), (6, []), (40, []), (150, [])])
async def test_children_of_one_name_and_birth_date_give_narrow_without_a_list_or_a_count(
    lookup: Lookup, count: int, tells_apart: list[str]
) -> None:
    await lookup.keep(*namesakes(count, cases=(case(),)))
    answer = await lookup.search(**by_name())
    assert answer["outcome"] == "narrow"
    assert shown(answer) == {**NOTHING_SHOWN, "tells_apart": tells_apart}
    [fact] = await lookup.facts()
    assert (len(fact["children"]), fact["tells_apart"]) == (min(count, 6), tells_apart)


async def test_a_restricted_child_among_them_gives_call_team_unless_they_are_too_many(lookup: Lookup) -> None:
    await lookup.keep(child(restricted=True), *namesakes(4))
    assert (await lookup.search(**by_name()))["outcome"] == "call_team"
    await lookup.keep(*namesakes(1))
    assert (await lookup.search(**by_name()))["outcome"] == "narrow"


@pytest.mark.parametrize(
    ("kept", "outcome"),
    [
        ([with_worker()], "not_current"),
        ([child()], "not_current"),
        ([], "not_current"),
        (namesakes(3), "not_current"),
        (namesakes(6), "narrow"),
        ([child(restricted=True)], "call_team"),
    ],
    ids=["found", "no_open_case", "not_on_roll", "several", "narrow", "call_team"],
)
async def test_old_records_give_no_plain_answer(lookup: Lookup, kept: list[Child], outcome: str) -> None:
    await lookup.keep(TEAM, WORKER, *kept)
    await lookup.is_stale()
    answer = await lookup.search(**by_name())
    assert answer["outcome"] == outcome
    assert shown(answer) == NOTHING_SHOWN


async def test_of_several_sources_each_must_be_within_its_own_time(lookup: Lookup) -> None:
    await lookup.keep(TEAM, WORKER, with_worker())
    await lookup.of_several((5, 60), (800, 93600))
    assert (await lookup.search())["outcome"] == "found"
    as_of = await lookup.of_several((65, 60), (800, 93600))
    answer = await lookup.search()
    assert (answer["outcome"], datetime.fromisoformat(answer["as_of"])) == ("not_current", as_of)
    assert shown(answer) == NOTHING_SHOWN
    assert (await lookup.search(**by_name()))["outcome"] == "not_current"


async def test_records_that_were_never_complete_give_no_plain_answer(lookup: Lookup) -> None:
    await lookup.keep(child())
    await lookup.clone.execute("DELETE FROM freshness")
    answer = await lookup.search()
    assert (answer["outcome"], answer["as_of"]) == ("not_current", None)


async def test_an_answer_tells_up_to_when_the_records_are_complete(lookup: Lookup) -> None:
    as_of = datetime.now(UTC) - timedelta(minutes=14)
    await lookup.is_fresh(as_of)
    assert datetime.fromisoformat((await lookup.search())["as_of"]) == as_of


async def test_what_was_asked_and_shown_is_recorded_field_by_field(lookup: Lookup) -> None:
    mira = with_worker()
    await lookup.keep(TEAM, WORKER, mira)
    answer = await lookup.search(upn=" b801 2000 05001", purpose="other", reason="A call from the hospital")
    [fact] = await lookup.facts()
    assert fact["search_id"] == answer["search_id"]
    assert [UUID(fact["actor"]), fact["role"], fact["school"]] == [lookup.who.account, "lead", SCHOOL]
    assert [fact["agreement"], fact["purpose"], fact["outcome"]] == [AGREEMENT, "other", "found"]
    assert fact["reason"] == "A call from the hospital"
    assert fact["children"] == [str(mira.child_id)]
    assert fact["asked"] == {"upn": UPN, "given_name": None, "family_name": None, "born": None, "born_part": None}
    told = fact["shown"]
    assert [told["given_name"], told["born"], told["duty_team"]] == ["Mira", BORN.isoformat(), "Northbrook"]
    [rowan] = told["workers"]
    assert rowan.pop("worker_id") == str(WORKER.worker_id)
    assert rowan == {name: answer["workers"][0][name] for name in rowan}
    assert fact["as_of"] == answer["as_of"]


async def test_a_headteacher_may_ask_and_others_may_not(lookup: Lookup) -> None:
    assert (await lookup.search(caller("headteacher")))["outcome"] == "not_on_roll"
    for role in ("account_administrator", "triage_officer", "data_protection_officer", "operator"):
        response = await lookup.web.post("/searches", {"upn": UPN, "purpose": "welfare"}, caller(role))
        assert response.status_code == 403
    assert len(await lookup.facts()) == 1


@pytest.mark.parametrize("asked", [{"upn": UNKNOWN_UPN}, by_name("Nobody", "Atall")])
async def test_of_a_school_whose_roll_has_not_come_nothing_plain_is_said(lookup: Lookup, asked: dict[str, Any]) -> None:
    """Whoever asks there for a child would be told that it is not on the roll, whether it is or not."""
    await lookup.clone.execute("DELETE FROM roll WHERE school = $1", SCHOOL)
    assert (await lookup.search(**asked))["outcome"] == "not_current"
    await lookup.keep(child())
    assert (await lookup.search(**asked))["outcome"] == "not_on_roll"
    await lookup.clone.execute("UPDATE roll SET ends = current_date - 1")
    assert (await lookup.search(**asked))["outcome"] == "not_current"
