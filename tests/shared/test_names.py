"""Names: spellings of one name that are the same, and names that are not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.names import NO_NAME, fold, key, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "o\u2019brien"),
        ("O'Brien", "O Brien"),
        ("O\u02bcBrien", "OBrien"),
        ("Anne-Marie", "anne marie"),
        ("Anne\u2011Marie", "ANNEMARIE"),
        ("José", "Jose\u0301"),
        ("Zoë", "ZOE"),
        ("Łukasz", "lukasz"),
        ("Bjørn", "Bjorn"),
        ("Weiß", "WEISS"),
        ("Æsa", "aesa"),
        ("Đức", "duc"),
        ("Guðrún Þóra", "Gudrun Thora"),
        ("İbrahim", "ibrahim"),
        ("Ħalil", "halil"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("St. John", "St John"),
        ("ﬁona", "Fiona"),
        ("Kwabena Ɔsei", "kwabena osei"),
        ("  Mary   Ann ", "Mary Ann"),
        ("محمّد", "محمد"),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other) != ""


@pytest.mark.parametrize(("one", "other"), [("Ann", "Anne"), ("Jon", "John"), ("李", "王"), ("रीता", "रता")])
def test_other_names_are_other_names(one: str, other: str) -> None:
    assert fold(one) != fold(other)


def test_given_and_family_name_do_not_run_into_one_another() -> None:
    assert key("Anne Marie", "Smith") != key("Anne", "Marie Smith")


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\u3164\u2800", "\ufeff\u00ad\u2060"])
def test_a_name_in_which_nothing_can_be_seen_is_empty(nothing: str) -> None:
    assert fold(nothing) == ""


@pytest.mark.parametrize("signs", ["-", "...", "?", "'\u2019", "--"])
def test_a_name_of_signs_alone_is_like_any_other_of_signs_alone(signs: str) -> None:
    """Records have a hyphen, or a dot, where there is no first name: it must be possible to ask for it."""
    assert fold(signs) == fold(f" {signs}\u200b") == NO_NAME


@pytest.mark.parametrize(
    "sign", ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u202e", "\u0640", "\u200d", "\u3164", "\ufe0f"]
)
def test_invisible_characters_and_tatweel_do_not_count(sign: str) -> None:
    assert fold(f"Mi{sign}rela") == "mirela"
    assert fold(f"مح{sign}مد") == fold("محمد")


def test_words_are_kept_apart_for_a_part_of_a_name() -> None:
    assert words(" Zo\u00eb-Ana\u00efs  O'Brien ") == "zoeanais obrien"


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(st.text(max_size=60))
def test_case_does_not_count(name: str) -> None:
    assert fold(name.upper()) == fold(name.upper().lower()) or not name.isascii()
    assert fold(name.casefold()) == fold(name)


@given(st.text(max_size=60), st.sampled_from("-' \u2019\u2010\u2011.\u00a0\u02bc"), st.integers(0, 60))
def test_a_hyphen_apostrophe_or_space_anywhere_does_not_count(name: str, sign: str, at: int) -> None:
    whole = unicodedata.normalize("NFC", name)
    assume(any(c.isalnum() for c in fold(whole)))
    assert fold(whole[:at] + sign + whole[at:]) == fold(whole)


@given(st.text(max_size=60))
def test_composed_and_decomposed_are_the_same(name: str) -> None:
    assert fold(unicodedata.normalize("NFD", name)) == fold(unicodedata.normalize("NFC", name)) == fold(name)


@given(st.text(st.characters(codec="ascii", categories=["Ll", "Nd"]), max_size=60))
def test_plain_letters_and_digits_stay(name: str) -> None:
    assert fold(name) == name
