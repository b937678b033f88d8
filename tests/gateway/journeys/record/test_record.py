"""The data protection officer's questions as they are typed, and entries as they are told: in words, and whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from services.gateway.calls.http import Refused
from services.gateway.journeys.record import entries, routes
from services.gateway.journeys.record.typed import restated, wanted
from shared.contracts.audit import RecordedChild, RecordedEntry

NOON = datetime(2026, 4, 3, 11, tzinfo=UTC)
ID, OTHER = str(uuid4()), str(uuid4())


def on(name: str, day: int, month: int, year: int) -> dict[str, str]:
    return {f"{name}-day": str(day), f"{name}-month": str(month), f"{name}-year": str(year)}


MIRELA = {"given_name": "Mirela", "family_name": "Thornwick", **on("born", 5, 3, 2014)}


def asked(**typed: str) -> dict[str, Any]:
    ask, faults = wanted(typed)
    assert faults == []
    return ask


def test_a_question_ends_with_the_whole_last_day_in_england() -> None:
    ask = asked(**on("until", 30, 6, 2026), kind="SearchMade")
    assert ask == {"kind": "SearchMade", "until": "2026-06-30T23:00:00+00:00", "readings": False}


@pytest.mark.parametrize("name", ["since", "until"])
@pytest.mark.parametrize("day", [(1, 1, 1800), (31, 12, 9999), (30, 12, 9999), (1, 1, 1901)])
def test_no_day_leaves_the_calendar_or_is_refused_in_words_of_programs(name: str, day: tuple[int, int, int]) -> None:
    for moment in (value for key, value in asked(**on(name, *day)).items() if key in ("since", "until")):
        assert datetime.fromisoformat(moment).utcoffset() == NOON.utcoffset()


def test_the_last_day_of_all_bounds_nothing() -> None:
    assert "until" not in asked(**on("until", 31, 12, 9999))


@pytest.mark.parametrize(
    ("typed", "field", "why"),
    [
        ({"school": "99900"}, "school", "A school's URN has 6 digits"),
        ({"correlation": "me"}, "correlation", None),
        ({"given_name": "Mirela"}, "given_name", None),
        ({"upn": "B801200005001", "given_name": "Mirela"}, "upn", None),
        ({"upn": "foo"}, "upn", "The UPN must be 13 characters"),
        (
            {"upn": "A801200005001"},
            "upn",
            "The UPN's check letter does not match. Check the first letter and the digits",
        ),
        (on("since", 31, 2, 2026), "since-day", None),
        (on("born", 31, 2, 2026), "born-day", None),
        (
            {**on("since", 2, 1, 2026), **on("until", 1, 1, 2026)},
            "until-day",
            "The last day must not be before the first",
        ),
        ({"person": "x" * 201}, "person", "This must be 200 characters or fewer"),
        ({"school": "x" * 201}, "school", "This must be 200 characters or fewer"),
        ({**MIRELA, "given_name": "x" * 201}, "given_name", "This must be 200 characters or fewer"),
        ({**MIRELA, "family_name": "x" * 201}, "family_name", "This must be 200 characters or fewer"),
    ],
)
def test_an_officer_is_told_what_to_mend(typed: dict[str, str], field: str, why: str | None) -> None:
    [(name, said)] = wanted(typed)[1]
    assert name == field
    assert why in (None, said)


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ("/child/given_name", "given_name"), ("/child/born", "born-day"), ("/child/upn", "upn"), ("/child", "upn"),
        ("/person", "person"), ("/since", "since-day"), ("/child/middle_name", ""), ("/after", ""), ("", ""),
    ],
)  # fmt: skip
def test_what_audit_refuses_is_mended_in_a_field_of_the_page_or_stands_alone(where: str, field: str) -> None:
    assert routes._to_mend(Refused("malformed", 422, ((where, "Mend this"),))) == [(field, "Mend this")]


@pytest.mark.parametrize("upn", ["b801 2000 05001", "B801\u200b200005001", "b801-2000-05001"])
def test_a_upn_is_asked_for_however_it_was_pasted(upn: str) -> None:
    assert asked(upn=upn)["child"] == {"upn": "B801200005001"}


def test_a_school_is_asked_for_by_number_or_by_name() -> None:
    assert asked(school="990001")["school"] == "990001"
    assert asked(school="Acrebane Pri")["school_named"] == "Acrebane Pri"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [({}, False), ({"readings": "yes"}, True), ({"kind": "AuditRead"}, True), ({"correlation": ID}, True)],
)
def test_readings_are_left_out_unless_they_were_asked_for(typed: dict[str, str], shown: bool) -> None:
    assert asked(**typed)["readings"] is shown


def test_what_was_searched_for_is_said_above_what_was_found() -> None:
    typed = {"given_name": "Mirela", "family_name": "Thornwick", **on("born", 5, 3, 2014), "outcome": "found"}
    assert restated(typed) == [
        ("Child", "Mirela Thornwick, born 5 March 2014"), ("Outcome", "Worker shown"),
        ("Readings of the record", "Left out"),
    ]  # fmt: skip


def entry(**fields: Any) -> RecordedEntry:
    told = {"entry_id": uuid4(), "at": NOON, "kind": "ReferralMade", "correlation": uuid4()}
    return RecordedEntry(**{**told, **fields})


@pytest.mark.parametrize(
    ("kind", "did"), [("ReferralMoved", "The portal"), ("SignInRefused", "Somebody not signed in")]
)
def test_what_the_portal_did_by_itself_was_done_by_no_stranger(kind: str, did: str) -> None:
    assert entries.who(entry(kind=kind)) == did


def test_no_bare_id_and_no_word_of_programs_is_told() -> None:
    body = {
        "referral_id": OTHER,
        "account_id": ID,
        "gate": "not_urgent",
        "due_at": "2026-04-07T11:00:00Z",
        "lead": True,
    }
    told = dict(entries.rest(entry(body=body), {ID: "Aisha Khan"}))
    assert told == {
        "Account": "Aisha Khan", "Urgency": "Not urgent", "Answer due by": "7 April 2026 12:00:00",
        "Lead worker": "Yes",
    }  # fmt: skip


def test_ids_of_entries_are_told_as_how_many_they_are() -> None:
    assert entries.told({"shown": [ID, OTHER], "workers": [{"name": "Ione", "worker_id": ID}]}, {}) == [
        ("Shown", "2 entries"), ("Workers", [[("Name", "Ione")]]),
    ]  # fmt: skip


def test_an_agreement_is_told_by_its_name_and_date() -> None:
    version = "a" * 64
    assert entries.agreement(entry()) == "None"
    assert entries.agreement(entry(agreement=version)) == "Operational agreement in force on 3 April 2026"
    named = entry(
        agreement=version,
        agreement_named="Operational agreement",
        agreement_since=datetime(2025, 8, 31, 23, 30, tzinfo=UTC),
    )
    assert entries.agreement(named) == "Operational agreement of 1 September 2025"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"name": "Mira Ashdown", "born": "2014-03-05", "now": "Mira Ashdown"}, "Mira Ashdown, born 5 March 2014"),
        ({"name": "Mira Ashdown", "now": "Mirela Ashdown"}, "Mira Ashdown (now Mirela Ashdown)"),
        ({}, "A child whose name is not known"),
    ],
)
def test_a_child_is_told_as_it_was_known_with_its_birth_date(fields: dict[str, str], said: str) -> None:
    assert entries.child(RecordedChild.model_validate({"child_id": ID, **fields})) == said
