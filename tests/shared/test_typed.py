"""What is typed and pasted: invisible characters go, dashes and spaces are one kind, limits count what is seen."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared import typed, upn

INVISIBLE = ["\u200b", "\ufeff", "\u00ad", "\u2060", "\u202c", "\u202e", "\u2066", "\u061c", "\x00", "\x1f"]
SPACES = [" ", "\u00a0", "\u2003", "\u202f", "\u3000", "\t"]
DASHES = ["-", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212"]


@pytest.mark.parametrize("sign", [*INVISIBLE, *SPACES, *DASHES])
def test_a_upn_with_what_nobody_sees_is_that_upn(sign: str) -> None:
    assert upn.fault(typed.upn(f"{sign}b801{sign}2000{sign}05001{sign}")) is None


@pytest.mark.parametrize("sign", INVISIBLE)
def test_an_email_address_with_what_nobody_sees_is_that_address(sign: str) -> None:
    assert typed.email(f"{sign} A.Khan{sign}@School.example \u00a0") == "a.khan@school.example"


@pytest.mark.parametrize(
    "written", ["123-456", "123 456", "\u200b123\u2011456", "１２３４５６", "١٢٣٤٥٦", "123\u00a0456"]
)
def test_a_code_is_its_six_digits_however_it_is_written(written: str) -> None:
    assert typed.code(written) == {"١٢٣٤٥٦": "123456"}.get(written, "123456")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("01632\u00a0960\u2011100", "01632 960-100"),
        ("01632 960\u2013100", "01632 960-100"),
        (" 01632  960100 ext 12", "01632 960100 ext 12"),
        ("\u202a+44 (0)1632 960 100\u202c", "+44 (0)1632 960 100"),
        ("０１６３２ 960100", "01632 960100"),
        ("999", "999"),
        ("116 123", "116 123"),
        ("07700 900101x4", "07700 900101x4"),
        ("(01632) 960100", "(01632) 960100"),
        ("0044 1632 960100", "0044 1632 960100"),
    ],
)
def test_a_telephone_number_in_any_usual_spelling_is_one(written: str, kept: str) -> None:
    assert typed.phone(written) == kept
    assert typed.is_phone(written)


@pytest.mark.parametrize("other", ["", "-", "abc", "the duty team", "1", "12", "+", "01632 960100 and 01632 960101"])
def test_what_is_no_telephone_number_is_none(other: str) -> None:
    assert not typed.is_phone(other)


@pytest.mark.parametrize(
    "nothing", ["\u200b" * 25, "\u2800" * 25, "\u3164" * 25, "\u00a0\n\t", "\ufe0f", "\x07", "\u202e"]
)
def test_writing_in_which_nothing_can_be_seen_is_empty(nothing: str) -> None:
    assert typed.text(nothing) == typed.line(nothing) == ""


def test_control_characters_and_marks_of_direction_go_and_the_writing_stays() -> None:
    assert typed.text(
        "He\x00 said\x0b: \u202eno\u202c\r\n\ttwice\ud800 \U0001f469\u200d\U0001f469\u200d\U0001f466"
    ) == ("He said: no\n\ttwice \U0001f469\u200d\U0001f469\u200d\U0001f466")


@pytest.mark.parametrize("newer", ["\U0001fae8", "\U00031350", "\U0001cd00"])
def test_a_character_newer_than_this_python_stays(newer: str) -> None:
    """Unicode 15 and 16: an emoji, a Han character of names, a sign. People's telephones know them."""
    assert typed.text(f"He drew {newer}") == f"He drew {newer}"
    assert typed.says_something(newer)
    assert all(typed.text(f"a{unseen}") == "a" for unseen in ("\uffff", "\u2065", "\U000e0041", "\ufdd0"))


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (f"a{chr(0x200D) * 24}b", 2), (f"a{chr(0x2800) * 24}b", 2), ("a\ufe0fb", 2), ("He is\nin\tcare", 13),
        ("e\u0301", 1), ("\U0001f469\u200d\U0001f466", 2), ("", 0),
    ],
)  # fmt: skip
def test_what_nobody_sees_does_not_count_to_the_least_that_must_be_written(written: str, seen: int) -> None:
    assert typed.seen_length(written) == seen


def test_a_line_has_single_spaces_and_no_ends() -> None:
    assert typed.line("  Mary\u00a0\u200b  Ann\n") == "Mary Ann"


@pytest.mark.parametrize(("writing", "seen"), [("é", 1), ("e\u0301", 1), ("\U0001f600", 1), ("a\r\nb", 3), ("漢字", 2)])
def test_a_length_is_what_is_seen_whatever_the_bytes(writing: str, seen: int) -> None:
    assert typed.length(typed.text(writing)) == seen


@example("H\u00a8", typed.upn)
@example("a\u200b\u0301", typed.email)
@example("\u0390", typed.upn)
@given(st.text(max_size=60), st.sampled_from([typed.text, typed.line, typed.upn, typed.email, typed.code, typed.phone]))
def test_tidying_twice_changes_nothing_and_never_fails(value: str, tidy: object) -> None:
    assert callable(tidy)
    once = tidy(value)
    assert tidy(once) == once
    assert "\x00" not in once
    once.encode()


@given(st.text(max_size=60))
def test_a_text_is_empty_exactly_where_nothing_can_be_seen(value: str) -> None:
    assert bool(typed.text(value)) == typed.says_something(value)
