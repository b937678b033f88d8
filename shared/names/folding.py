"""How a name is spelled in the one way in which names are compared, and into which words it falls."""

import re
import unicodedata

from shared.typed import is_blank, says_something

# Letters that Unicode does not take apart into a plain letter and a mark, as English records usually write them.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ı": "i", "ŋ": "n"}
    | {"ŧ": "t", "ɓ": "b", "ɗ": "d", "ƙ": "k", "ɛ": "e", "ɔ": "o"}
    | {"\ua78c": ""}  # saltillo, a letter that is written as an apostrophe
    | {"\u0640": ""}  # tatweel, which only stretches a word
)
MODIFIERS = ("\u02b0", "\u02ff")  # letters by category, but apostrophes and accents by use (okina, modifier apostrophe)
NO_NAME = "-"
APART = re.compile(r"[-\u2010-\u2015\u2212\u30fb/.,;_()&+]+")  # what stands between the names of a name
ASCII = {c: chr(c).lower() if chr(c).isalnum() else " " if chr(c).isspace() else None for c in range(128)}
ASCII_APART = ASCII | {ord(c): " " for c in "-/.,;_()&+"}
VOWEL_SIGNS = ("\u0900", "\u17ff")  # scripts of South and South-East Asia, where a mark is a vowel and not an accent


def fold(name: str) -> str:
    """A name without case, accents, hyphens, apostrophes, dots, spaces and invisible characters.

    Folding twice changes nothing. Scripts other than Latin keep their letters and vowel signs. A name in which only
    signs can be seen ("-" or ".", as records have it where there is no first name) is NO_NAME; one in which nothing
    can be seen is empty.
    """
    return words(name).replace(" ", "")


def words(name: str) -> str:
    """The same, with one space between its words: to look for a part of a name."""
    if name.isascii():  # the same, many times faster
        plain = " ".join(name.translate(ASCII).split())
        return plain or (NO_NAME if says_something(name) else "")
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold()).translate(PLAIN)
    found = " ".join("".join(c for c in apart if _counts(c) or c.isspace()).split())
    return found or (NO_NAME if says_something(name) else "")


def parts(name: str) -> tuple[str, ...]:
    """The folded names of which a name is made: what hyphens, dots and spaces hold apart ("Zoë-Anaïs": zoe, anais)."""
    apart = name.translate(ASCII_APART) if name.isascii() else words(APART.sub(" ", name))
    return tuple(apart.split()) or ((NO_NAME,) if fold(name) else ())


def key(given_name: str, family_name: str) -> str:
    """What two spellings of one person's name have in common: the folded names, in this order, with one space."""
    return f"{fold(given_name)} {fold(family_name)}"


def _counts(c: str) -> bool:
    if MODIFIERS[0] <= c <= MODIFIERS[1] or is_blank(c):
        return False
    return c.isalnum() or (VOWEL_SIGNS[0] <= c <= VOWEL_SIGNS[1] and unicodedata.category(c) in ("Mn", "Mc"))
