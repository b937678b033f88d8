"""How alike two names are, in words: the same, another spelling, a short form, a slip, or other names."""

from typing import Literal, get_args

from rapidfuzz.distance import OSA, JaroWinkler

from shared.names.folding import NO_NAME
from shared.names.shares import is_known
from shared.names.sound import heard, skeleton
from shared.names.spellings import OWN_FORMS, PACKAGE_FORMS, PARTICLES, is_short_form, spelling

Likeness = Literal[
    "same",
    "order",
    "spelling",
    "short",
    "part",
    "initial",
    "slip",
    "sound",
    "near",
    "far",
    "rival",
    "one_of",
    "none",
    "other",
]
"""same: folded equal, particles or not. order: the same words in another order. spelling: one name, written in another
way that is known. short: a known short form. part: fewer of the same words: one of two given names, half of a
double-barrelled one. initial: a first letter. slip: a letter more, less, other, or two exchanged (in long names two).
sound: sounds alike. near, far: more or less alike. rival: a slip apart, but each is a name of its own (Amir, Samir).
one_of: a word in common, and each has another besides. none: one of them has no name. other: other names."""
RANK = {likeness: place for place, likeness in enumerate(get_args(Likeness))}
LONG = 8
"""Of names of so many letters and more two slips leave enough to be known."""
SHORT = 3
"""From so many letters on one slip leaves a name to be known."""
NEAR, FAR = 0.87, 0.78
"""From these similarities of Jaro and Winkler on."""


def compare(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """How alike two names are, each given as its `parts`."""
    if one == other:
        return "same"
    if not one or not other or one == (NO_NAME,) or other == (NO_NAME,):
        return "none"
    if len(one) == len(other) == 1:
        return compare_words(one[0], other[0])
    plain, its = _plain(one), _plain(other)
    whole, its_whole = "".join(plain), "".join(its)
    if whole == its_whole or "".join(one) == "".join(other):
        return "same"
    if len(plain) == len(its) == 1:
        return compare_words(whole, its_whole)
    by_word = _by_word(plain, its)
    if len(plain) == len(its):
        return by_word
    joined = compare_words(whole, its_whole)  # written apart by one and together by the other
    return joined if joined in ("spelling", "slip", "sound") and RANK[joined] < RANK[by_word] else by_word


def _plain(name: tuple[str, ...]) -> tuple[str, ...]:
    """Without particles, if anything is left."""
    return tuple(word for word in name if word not in PARTICLES) or name


def _by_word(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """Each word of the shorter name with the word of the longer one that is most like it, none used twice."""
    few, many = (one, other) if len(one) <= len(other) else (other, one)
    if sorted(few) == sorted(many):
        return "order"
    found: list[int] = []
    left = list(many)
    for word in sorted(few, key=lambda word: word not in left):  # what is the same is nobody else's
        alike = [RANK[compare_words(word, its)] for its in left]
        found.append(min(alike))
        del left[alike.index(min(alike))]
    worst = _NAMES[max(found)]
    if worst == "other":
        return "one_of" if min(found) <= RANK["spelling"] else worst
    if worst == "rival":
        return "near" if min(found) <= RANK["spelling"] else worst
    return _NAMES[max(RANK["part"], max(found))] if left else worst


_NAMES: tuple[Likeness, ...] = get_args(Likeness)


def compare_words(one: str, other: str) -> Likeness:
    """How alike two folded words are."""
    if one == other:
        return "same"
    if spelling(one) == spelling(other):
        return "spelling"
    if is_short_form(one, other, OWN_FORMS):
        return "short"
    shorter, longer = sorted((len(one), len(other)))
    if shorter == 1:
        return "initial" if one[0] == other[0] else "other"
    likeness = _by_letters(one, other, shorter, longer)
    if is_short_form(one, other, PACKAGE_FORMS):
        return "rival" if is_known(one) and is_known(other) else "short"
    if likeness == "other" or not (is_known(one) and is_known(other)):
        return likeness
    return "rival" if likeness == "slip" or heard(one) == heard(other) else "other"


def _by_letters(one: str, other: str, shorter: int, longer: int) -> Likeness:
    if (
        longer >= SHORT
        and longer - shorter <= 2
        and OSA.distance(one, other, score_cutoff=2) <= (1 if shorter < LONG else 2)
    ):
        return "slip"
    sound = skeleton(one)
    if (len(sound) > 1 and sound == skeleton(other)) or heard(one) == heard(other):
        return "sound"
    similarity = JaroWinkler.similarity(one, other, score_cutoff=FAR)
    return "near" if similarity >= NEAR else "far" if similarity else "other"
