"""The UPN: what is accepted, what is refused, and in which words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.typed import upn as tidy_upn
from shared.upn import VALUES, check_letter
from shared.upn import fault as upn_fault

CHECK_LETTER = "The UPN's check letter does not match. Check the first letter and the digits"
LENGTH = "The UPN must be 13 characters"
FORM = "The UPN must be a letter and 12 digits (the last may be a letter)"
LAST = "0123456789" + VALUES

tails = st.builds(
    lambda digits, last: digits + last,
    st.text("0123456789", min_size=11, max_size=11),
    st.sampled_from(LAST),
)
upns = tails.map(lambda tail: check_letter("?" + tail) + tail)


@pytest.mark.parametrize("upn", ["B801200005001", "L850200023001", "V850100015012", "X85020002300A"])
def test_a_right_upn_is_accepted(upn: str) -> None:
    assert upn_fault(upn) is None


@pytest.mark.parametrize("typed", ["b801200005001", " B801 2000 05001 ", "B801\u00a02000\t05001", "x85020002300a"])
def test_small_letters_and_spaces_are_accepted(typed: str) -> None:
    assert upn_fault(tidy_upn(typed)) is None


def test_a_wrong_check_letter_is_said() -> None:
    assert upn_fault("A801200005001") == CHECK_LETTER


def test_the_worked_example_that_the_web_prints_wrong_has_the_letter_p() -> None:
    assert check_letter("?207000016049") == "P"


@pytest.mark.parametrize("upn", ["", "B80120000500", "B8012000050011"])
def test_another_length_is_said(upn: str) -> None:
    assert upn_fault(upn) == LENGTH


@pytest.mark.parametrize("upn", ["I801200005001", "S801200005001", "8801200005001", "B80120000500O", "B8012X0005001"])
def test_another_form_is_said(upn: str) -> None:
    assert upn_fault(upn) == FORM


@pytest.mark.parametrize("upn", ["B80120000500\u0661", "B80120000500\u00b2", "\uff2280120000500" + "1"])
def test_digits_and_letters_of_other_scripts_are_no_upn(upn: str) -> None:
    assert upn_fault(upn) is not None


@pytest.mark.parametrize("authority", ["838", "839", "940", "943", "000", "999"])
def test_no_authority_code_is_refused(authority: str) -> None:
    tail = authority + "200005001"
    assert upn_fault(check_letter("?" + tail) + tail) is None


@given(upns, st.integers(0, 12), st.data())
def test_any_one_wrong_character_is_noticed(upn: str, at: int, data: st.DataObject) -> None:
    alphabet = VALUES if at == 0 else LAST if at == 12 else "0123456789"
    other = data.draw(st.sampled_from([c for c in alphabet if _value(c) != _value(upn[at])]))
    assert upn_fault(upn[:at] + other + upn[at + 1 :]) == CHECK_LETTER


@given(upns)
def test_tidying_is_idempotent_and_keeps_a_right_upn(upn: str) -> None:
    assert tidy_upn(tidy_upn(upn.lower())) == upn


@given(st.text(max_size=30))
def test_no_text_breaks_the_check(text: str) -> None:
    assert upn_fault(tidy_upn(text)) in (None, LENGTH, FORM, CHECK_LETTER)


def _value(c: str) -> int:
    """By the rule, a letter and a digit of one value in the last place cannot be told apart."""
    return int(c) if c.isdigit() else VALUES.index(c)
