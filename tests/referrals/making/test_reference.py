"""The reference: seven characters that can be read out on the telephone, and a mistyped one is noticed."""

from __future__ import annotations

import random
import re
import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referrals.making.domain.reference import LETTERS, new_reference, tidy_reference

references = st.integers().map(lambda seed: new_reference(random.Random(seed).choice))


@given(references)
def test_it_has_its_form_and_no_letter_that_looks_like_a_digit(reference: str) -> None:
    assert re.fullmatch(r"[1-9A-HJKMNP-TV-Z]{3}-[1-9A-HJKMNP-TV-Z]{3}-[1-9A-HJKMNP-TV-Z]", reference)


@given(references)
def test_it_is_read_however_it_is_typed(reference: str) -> None:
    for typed in (reference, reference.lower(), reference.replace("-", ""), reference.replace("-", " ")):
        assert tidy_reference(typed) == reference
    assert tidy_reference(reference.replace("1", "I")) == tidy_reference(reference.replace("1", "l")) == reference


@given(references, st.integers(0, 6), st.sampled_from(LETTERS))
def test_any_one_wrong_character_is_noticed(reference: str, at: int, other: str) -> None:
    plain = reference.replace("-", "")
    typed = plain[:at] + other + plain[at + 1 :]
    assert tidy_reference(typed) == (reference if other == plain[at] else None)


@given(references, st.integers(0, 5))
def test_two_characters_that_changed_places_are_noticed(reference: str, at: int) -> None:
    plain = reference.replace("-", "")
    typed = plain[:at] + plain[at + 1] + plain[at] + plain[at + 2 :]
    assert tidy_reference(typed) == (reference if typed == plain else None)


@pytest.mark.parametrize("typed", ["", "ABC", "ABC-DEF-GH", "0BC-DEF-G", "ÀBC-DEF-G", "ABC/DEF/G"])
def test_another_form_is_no_reference(typed: str) -> None:
    assert tidy_reference(typed) is None


def test_drawn_by_chance_they_differ() -> None:
    assert len({new_reference(secrets.choice) for _ in range(1000)}) >= 999


@given(st.text(max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    tidy = tidy_reference(text)
    assert tidy is None or tidy_reference(tidy) == tidy
