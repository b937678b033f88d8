"""How a name sounds, roughly, whatever language it comes from: what is left of it without vowels and spelling."""

import re
import zlib
from functools import lru_cache

LONGEST = 6
"""Sounds that are kept: more would tell apart what one slip of the finger changed."""
ALIKE = (
    ("^mc", "mak"), ("^(kn|gn)", "n"), ("^wr", "r"), ("^x", "h"), ("tsch|tch|cz|ch", "s"), ("sch|sh|sz|zh|sy", "s"),
    ("ph|v|w", "f"), ("ck|kh|q|x", "k"), ("gh", "g"), ("bh", "f"), ("c(?=[eiy])", "s"), ("c", "k"), ("z", "s"),
    ("dj|dh|th", "d"), ("t", "d"), ("(?<=.)[aeiouyhj]", ""), ("^[aeiou]", "a"), ("^[yj]", "j"), (r"(.)\1+", r"\1"),
)  # fmt: skip
RULES = tuple((re.compile(pattern), sound) for pattern, sound in ALIKE)
HEARD = (
    ("ph", "f"), ("zh", "j"), ("sh|^x|ts|tz|z|c(?=[eiy])", "s"), ("^(tr|q(?!u))", "ch"), ("kw|qu", "kv"), ("w", "v"),
    ("([kptg])h", r"\1"), ("ck|c(?!h)", "k"), ("n[gh]$", "n"), ("(?<=.)h$", ""), ("ai|ay", "ei"),
    ("ee+|e[iy]|[iy]e+|y", "i"), ("oo+|ou", "u"), ("ow|au", "ao"), (r"(.)\1+", r"\1"),
)  # fmt: skip
HEARD_RULES = tuple((re.compile(pattern), sound) for pattern, sound in HEARD)


@lru_cache(maxsize=4096)
def skeleton(word: str) -> str:
    """A folded word as at most LONGEST plain letters: "mohammed" and "muhamad" are both "md".

    In another script than Latin nobody here knows how it sounds: its own short number, equal for equal words only.
    """
    if not word.isascii():
        return f"{zlib.crc32(word.encode()):08x}"[:LONGEST]
    for pattern, sound in RULES:
        word = pattern.sub(sound, word)
    return word[:LONGEST]


@lru_cache(maxsize=4096)
def heard(word: str) -> str:
    """A folded word as somebody may write it who only heard it, vowels and all: "xue" and "shue" are both "sue".

    Of short words a `skeleton` has one letter, which says nothing.
    """
    for pattern, sound in HEARD_RULES:
        word = pattern.sub(sound, word)
    return word
