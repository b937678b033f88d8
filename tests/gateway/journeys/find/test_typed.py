"""What is typed to find a child, read into a question; and what people are told to mend."""

from __future__ import annotations

from services.gateway.journeys.find.typed import find_by_name, find_by_upn

NAME = {"given_name": "Mirela", "family_name": "Thornwick", "purpose": "welfare"}
BORN = {"born-day": "5", "born-month": "3", "born-year": "2014"}


def test_a_upn_and_a_purpose_are_a_question() -> None:
    ask, faults = find_by_upn({"upn": " B801200005001 ", "purpose": "records", "reason": "kept out"})
    assert (ask, faults) == ({"upn": "B801200005001", "purpose": "records"}, [])


def test_nothing_typed_is_no_question() -> None:
    _, faults = find_by_upn({})
    nothing = "Enter a UPN, or a first name, last name and date of birth"
    assert faults == [("upn", nothing), ("purpose", "Choose why you are looking")]
    assert find_by_name({})[1][0] == ("given_name", nothing)


def test_a_name_alone_is_refused() -> None:
    assert find_by_name(NAME)[1] == [("born-day", "Enter a date of birth too")]


def test_a_date_that_is_none_is_refused() -> None:
    _, faults = find_by_name({**NAME, **BORN, "born-day": "31", "born-month": "2"})
    assert faults == [("born-day", "Date of birth must be a real date")]


def test_a_name_and_date_of_birth_are_a_question() -> None:
    ask, faults = find_by_name({**NAME, **BORN, "purpose": "other", "reason": "A lost coat"})
    assert not faults
    assert ask == {
        "given_name": "Mirela", "family_name": "Thornwick", "born": "2014-03-05", "purpose": "other",
        "reason": "A lost coat",
    }  # fmt: skip


def test_another_purpose_needs_its_reason() -> None:
    assert find_by_upn({"upn": "x", "purpose": "other"})[1] == [("reason", "Enter why you are looking")]


def test_too_long_a_name_is_refused_by_name() -> None:
    _, faults = find_by_name({**NAME, **BORN, "given_name": "x" * 101})
    assert faults == [("given_name", "First name must be 100 characters or fewer")]
