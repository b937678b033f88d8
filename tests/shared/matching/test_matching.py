"""Recognising a child: what is a match, what is close, what is none, and what an index must hold for it."""

from datetime import date

from shared.matching import BornSought, Recorded, Sought, judge, keys, keys_sought

MIRELA = Recorded("Mirela", "Acrebrook", date(2014, 3, 5))


def sought(given_name: str, family_name: str, *born: int | None) -> Sought:
    return Sought(given_name, family_name, BornSought(*born))


def verdict(question: Sought, *records: Recorded) -> str:
    return judge(question, records, lambda record: record).verdict


def test_the_same_name_and_birth_date_are_a_match() -> None:
    assert verdict(sought("MIRELA", "Acre-Brook", 2014, 3, 5), MIRELA) == "match"


def test_a_slip_in_the_name_is_close() -> None:
    assert verdict(sought("Mirella", "Acrebrook", 2014, 3, 5), MIRELA) == "close"


def test_day_and_month_the_other_way_round_are_close() -> None:
    assert verdict(sought("Mirela", "Acrebrook", 2014, 5, 3), MIRELA) == "close"


def test_a_sister_is_nobody() -> None:
    assert verdict(sought("Jane", "Acrebrook", 2014, 3, 5), MIRELA) == "none"


def test_what_is_close_shares_a_key_with_the_record() -> None:
    for question in (sought("Mirella", "Acrebrook", 2014, 5, 3), sought("Mirela", "Acrebrook", 2014, None, 5)):
        assert keys(MIRELA) & keys_sought(question)
