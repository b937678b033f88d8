"""How alike two names are, in words: the same, another spelling, a short form, a slip, or other names."""

from typing import Literal, get_args

from rapidfuzz.distance import OSA, JaroWinkler

from shared.names.folding import NO_NAME
from shared.names.sound import skeleton
from shared.names.spellings import PARTICLES, is_short_form, spelling

Likeness = Literal[
    "same", "order", "spelling", "short", "part", "initial", "slip", "sound", "near", "one_of", "none", "other"
]
"""same: folded equal, particles or not. order: the same words in another order. spelling: one name, written in another
way that is known. short: a known short form. part: one of two given, or of a double-barrelled name. initial: its first
letter. slip: one letter more, less, other or two exchanged (of eight and more: two). sound: sounds alike.
near: begins and goes on alike. one_of: a word in common, but each has another besides. none: one of them has no name.
other: other names."""
WORST_LAST = {likeness: place for place, likeness in enumerate(get_args(Likeness))}
LONG = 8
SHORT = 4
"""From so many letters on one slip leaves a name to be known; in "Ali" and "Ari" it does not."""
NEAR = 0.87


def compare(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """How alike two names are, each given as its `parts`."""
    if one == other:
        return "same"
    if not one or not other or one == (NO_NAME,) or other == (NO_NAME,):
        return "none"
    plain, its = _plain(one), _plain(other)
    whole, its_whole = "".join(plain), "".join(its)
    if whole == its_whole or "".join(one) == "".join(other):
        return "same"
    if len(plain) == len(its) == 1:
        return compare_words(whole, its_whole)
    by_word = _by_word(plain, its)
    joined = compare_words(whole, its_whole)
    return min(by_word, joined, key=WORST_LAST.__getitem__)


def _plain(name: tuple[str, ...]) -> tuple[str, ...]:
    """Without particles, if anything is left."""
    return tuple(word for word in name if word not in PARTICLES) or name


def _by_word(one: tuple[str, ...], other: tuple[str, ...]) -> Likeness:
    """Each word of the shorter name with the word of the longer one that is most like it, none used twice."""
    few, many = (list(one), list(other)) if len(one) <= len(other) else (list(other), list(one))
    left_over, worst = len(many) - len(few), "same"
    found: list[Likeness] = []
    moved = len(few) == len(many) and sorted(few) == sorted(many)
    for word in few:
        alike = [compare_words(word, its) for its in many]
        best = min(alike, key=WORST_LAST.__getitem__)
        found.append(best)
        del many[alike.index(best)]
    worst = max(found, key=WORST_LAST.__getitem__)
    if moved:
        return "order"
    if worst == "other":
        return "one_of" if min(found, key=WORST_LAST.__getitem__) in ("same", "spelling") else "other"
    return max("part", worst, key=WORST_LAST.__getitem__) if left_over else worst


def compare_words(one: str, other: str) -> Likeness:
    """How alike two folded words are."""
    if one == other:
        return "same"
    if spelling(one) == spelling(other):
        return "spelling"
    if is_short_form(one, other):
        return "short"
    shorter, longer = sorted((len(one), len(other)))
    if shorter == 1:
        return "initial" if one[0] == other[0] else "other"
    if longer >= SHORT and OSA.distance(one, other, score_cutoff=2) <= (1 if shorter < LONG else 2):
        return "slip"
    if skeleton(one) == skeleton(other) and len(skeleton(one)) > 1:
        return "sound"
    return "near" if JaroWinkler.similarity(one, other, score_cutoff=NEAR) else "other"
