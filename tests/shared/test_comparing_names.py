"""How alike two names are: each likeness by an example, and that nothing but the names decides."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.names import compare, fold, parts, skeleton
from shared.names.comparing import RANK
from shared.names.spellings import DATA, SPELLINGS


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Zoë-Anaïs", "zoe anais", "same"),
        ("Al-Hassan", "Hassan", "same"),
        ("de la Cruz", "Cruz", "same"),
        ("Mary Ann", "Maryann", "same"),
        ("Anh Minh", "Minh Anh", "order"),
        ("Maxamed", "Mohammed", "spelling"),
        ("Kowalska", "Kowalski", "spelling"),
        ("Bill", "William", "short"),
        ("Gosia", "Małgorzata", "short"),
        ("Zoe", "Zoë-Anaïs", "part"),
        ("J", "Jonathan", "initial"),
        ("Olvia", "Olivia", "slip"),
        ("Featherstonhoge", "Featherstonehough", "sound"),
        ("Featherstonehugh", "Featherstonehough", "slip"),
        ("Amir", "Samir", "slip"),
        ("Maria", "Mariam", "rival"),
        ("Hassan", "Hussain", "other"),
        ("Emily", "Emma", "rival"),
        ("Aaron", "Erin", "other"),
        ("Mohammed Ali", "Mohammed Umar", "one_of"),
        ("-", "Ahmadullah", "none"),
        ("-", ".", "same"),
        ("Olivia", "Jack", "other"),
    ],
)
def test_names_are_as_alike_as_a_person_would_say(one: str, other: str, likeness: str) -> None:
    assert compare(parts(one), parts(other)) == likeness


NAMES = st.text(st.characters(codec="latin-1"), max_size=20) | st.sampled_from(sorted(SPELLINGS))


@given(NAMES, NAMES)
def test_it_is_the_same_whichever_name_comes_first(one: str, other: str) -> None:
    assert compare(parts(one), parts(other)) == compare(parts(other), parts(one))


@given(st.text(max_size=30))
def test_a_name_is_the_same_as_itself_and_its_parts_are_the_whole(name: str) -> None:
    assert compare(parts(name), parts(name)) == "same"
    assert "".join(parts(name)) == fold(name)


@given(st.text(max_size=20))
def test_a_skeleton_is_short_and_plain(word: str) -> None:
    assert skeleton(fold(word)).isascii()
    assert len(skeleton(fold(word))) <= 6


def test_a_spelling_stands_in_one_line_only_and_is_folded() -> None:
    words = Counter(word for lines in DATA["spellings"].values() for word in lines.split())
    assert [word for word, count in words.items() if count > 1 or fold(word) != word] == []
    assert set(RANK) >= {"same", "other"}
