"""What people type, read into questions; and what they are told to mend."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.gateway import domain, words
from services.gateway.domain import Draft
from shared.contracts import Event, Fact, audit, feed, identity, lookup, referrals

OWNERS = (audit, feed, identity, lookup, referrals)
"""Imported, so that every event is known."""

NAME = {"given_name": "Mirela", "family_name": "Thornwick", "purpose": "welfare"}
BORN = {"born-day": "5", "born-month": "3", "born-year": "2014"}


def test_a_upn_and_a_purpose_are_a_question() -> None:
    ask, faults = domain.find_by_upn({"upn": " B801200005001 ", "purpose": "records", "reason": "kept out"})
    assert (ask, faults) == ({"upn": "B801200005001", "purpose": "records"}, [])


def test_nothing_typed_is_no_question() -> None:
    _, faults = domain.find_by_upn({})
    nothing = "Enter a UPN, or a first name, last name and date of birth"
    assert faults == [("upn", nothing), ("purpose", "Choose why you are looking")]
    assert domain.find_by_name({})[1][0] == ("given_name", nothing)


def test_a_name_alone_is_refused() -> None:
    assert domain.find_by_name(NAME)[1] == [("born-day", "Enter a date of birth too")]


def test_a_date_that_is_none_is_refused() -> None:
    _, faults = domain.find_by_name({**NAME, **BORN, "born-day": "31", "born-month": "2"})
    assert faults == [("born-day", "Date of birth must be a real date")]


def test_a_name_and_date_of_birth_are_a_question() -> None:
    ask, faults = domain.find_by_name({**NAME, **BORN, "purpose": "other", "reason": "A lost coat"})
    assert not faults
    assert ask == {
        "given_name": "Mirela", "family_name": "Thornwick", "born": "2014-03-05", "purpose": "other",
        "reason": "A lost coat",
    }  # fmt: skip


def test_another_purpose_needs_its_reason() -> None:
    assert domain.find_by_upn({"upn": "x", "purpose": "other"})[1] == [("reason", "Enter why you are looking")]


def test_too_long_a_name_is_refused_by_name() -> None:
    _, faults = domain.find_by_name({**NAME, **BORN, "given_name": "x" * 101})
    assert faults == [("given_name", "First name must be 100 characters or fewer")]


def test_an_empty_concern_says_all_that_is_missing() -> None:
    fields = [field for field, _ in domain.mend_concern({})]
    assert fields == ["kind", "concern", "done_so_far", "parents_know", "contact"]


def test_parents_who_do_not_know_need_a_reason(draft: Draft) -> None:
    assert domain.mend_concern(draft.typed) == []
    assert domain.mend_concern({**draft.typed, "parents_know": "no"}) == [
        ("parents_reason", "Enter why they do not know")
    ]


def test_too_long_a_concern_is_refused(draft: Draft) -> None:
    assert domain.mend_concern({**draft.typed, "concern": "x" * 4001}) == [
        ("concern", "What has happened must be 4000 characters or fewer")
    ]


def test_a_draft_becomes_a_referral_with_nothing_but_what_was_said(draft: Draft) -> None:
    told = domain.referral(draft)
    assert set(told) == {
        "child_id",
        "child",
        "urgency",
        "lowered_from",
        "kind",
        "concern",
        "done_so_far",
        "parents_know",
        "contact",
    }
    assert told["parents_know"] is True


def test_a_follow_up_carries_its_call(draft: Draft, now: datetime) -> None:
    called = draft.model_copy(update={"urgency": "significant", "called_at": now, "called_number": "999"})
    assert domain.referral(called) == domain.referral(draft) | {
        "urgency": "significant", "called_at": now.isoformat(), "called_number": "999",
    }  # fmt: skip


def test_only_the_forms_own_fields_are_kept() -> None:
    assert domain.typed_of({"concern": " x ", "token": "secret", "family": "  "}) == {"concern": "x"}


def test_times_are_said_as_people_say_them(now: datetime) -> None:
    assert words.moment(now, now) == "13:00 today"
    assert words.moment(datetime(2026, 4, 2, 9, 5, tzinfo=UTC), now) == "10:05 yesterday"
    assert words.moment(datetime(2026, 1, 2, 9, 5, tzinfo=UTC), now) == "09:05 on 2 January 2026"
    assert words.due(now) == "13:00 on Friday 3 April 2026"


def test_a_word_that_the_pages_do_not_know_is_shown_plainly() -> None:
    assert words.said(words.OUTCOMES, "made_anew") == "Made anew"


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ("2014-03-05", "5 March 2014"),
        ("2026-07-01T12:00:00.123456Z", "1 July 2026 13:00:00"),
        ("social_worker", "Social worker"),
        ("2014-13-05", "2014-13-05"),
        ("Mirela", "Mirela"),
    ],
)
def test_what_is_recorded_is_said_in_words(recorded: str, said: str) -> None:
    assert words.readable(recorded) == said


def test_every_fact_has_words_for_the_officer() -> None:
    facts = {kind.__name__ for kind in Event.known.values() if issubclass(kind, Fact)}
    assert facts
    assert facts == set(words.ACTS) == set(words.DID)


@pytest.mark.parametrize(
    ("number", "dialled"),
    [
        ("01632 960 100", "01632960100"),
        ("(01632) 960-100", "01632960100"),
        ("+44 (0)1632 960100", "+441632960100"),
        ("+44 1632 960100", "+441632960100"),
        ("101", "101"),
        ("0800 1111", "08001111"),
        ("116 123", "116123"),
        ("01632 960100 ext 4321", None),
        ("01632 960100 / 07700 900123", None),
        ("ask at the desk", None),
        ("960100", None),
    ],
)
def test_only_a_whole_number_can_be_dialled(number: str, dialled: str | None) -> None:
    assert words.dial(number) == dialled
