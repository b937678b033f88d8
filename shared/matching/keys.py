"""Keys for an index of children: a child and a question that may mean it have at least one in common.

Four of the birth date, so that one part of it may be wrong or unknown, and one for each pair of words of its names by
their sound, whichever is given and whichever family name: so that the birth date may be wrong as a whole.
"""

from functools import lru_cache
from itertools import combinations, product

from shared.matching.values import BornSought, Recorded, Sought
from shared.names import NO_NAME, fold, parts, skeleton, spelling
from shared.names.spellings import PARTICLES

VERSION = 2
"""Raised with every change of what keys there are: of these rules, of `skeleton` and of the spellings."""
GIVEN_MAX, FAMILY_MAX = 3, 2
"""Words of a name that are looked at; with these a record has at most KEYS_MAX keys."""
KEYS_MAX = 24
NAMES_KEPT = 4096
"""Names of which the sounds are remembered: children share them, and to take a name apart is most of the work."""


def keys(recorded: Recorded) -> frozenset[str]:
    """At most KEYS_MAX short ASCII texts."""
    families = (recorded.family_name, *recorded.former_family_names[:1])
    names = {key for family in families for key in _of_names(recorded.given_name, family)}
    dates = _of_born(BornSought.of(recorded.born))
    return frozenset({*dates, *sorted(names)[: KEYS_MAX - len(dates)]})


def keys_sought(sought: Sought) -> frozenset[str]:
    born = sought.born
    swapped = BornSought(born.year, born.day, born.month)
    dates = {*_of_born(born), *(key for key in _of_born(swapped) if key[0] == "b")}
    return frozenset(dates | _of_names(sought.given_name, sought.family_name))


def _of_born(born: BornSought) -> set[str]:
    year, month, day = born.year, born.month, born.day
    found = {
        f"b{year}{month:02}{day:02}" if year and month and day else "",
        f"y{year}{month:02}" if year and month else "",
        f"d{year}.{day:02}" if year and day else "",
        f"m{month:02}{day:02}" if month and day else "",
    }
    return found - {""}


def _of_names(given_name: str, family_name: str) -> set[str]:
    given, family = _sounds(given_name, GIVEN_MAX), _sounds(family_name, FAMILY_MAX)
    pairs = [*combinations((*given, *family), 2), *product(_whole(given_name), (*family, *_whole(family_name)))]
    pairs += product(given, _whole(family_name))
    return {f"n{min(pair)}+{max(pair)}" for pair in pairs} or {f"n{sound}+" for sound in (*given, *family)}


def _words(name: str) -> tuple[str, ...]:
    found = parts(name)
    return tuple(word for word in found if word not in PARTICLES) or found


@lru_cache(maxsize=NAMES_KEPT)
def _sounds(name: str, most: int) -> tuple[str, ...]:
    return tuple(skeleton(spelling(word)) or NO_NAME for word in _words(name)[:most])


@lru_cache(maxsize=NAMES_KEPT)
def _whole(name: str) -> tuple[str, ...]:
    """The sound of a name of several words written as one, as many write it."""
    return (skeleton(fold(name)),) if len(_words(name)) > 1 else ()
