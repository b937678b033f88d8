"""What people type and what records hold, tidied: one way for each kind, used by pages, services and the feed alike.

Word processors, web pages and spreadsheets put characters into what is pasted that nobody sees: zero-width spaces, byte
order marks, soft hyphens, marks of direction, letters that are blank. They are dropped; dashes and spaces of every
width are read as the plain ones.
"""

import unicodedata
from typing import Annotated

import phonenumbers
from pydantic import BeforeValidator

BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f")
"""Letters and signs without ink: fillers of Hangul, vowels of Khmer, the empty pattern of Braille, a joiner."""
SELECTORS = (("\ufe00", "\ufe0f"), ("\U000e0100", "\U000e01ef"), ("\u180b", "\u180f"))
"""They choose how the sign before them is drawn, and have no ink of their own."""
JOINING = frozenset("\u200c\u200d\u200e\u200f")
"""Invisible, but part of how Persian, the languages of India, mixed directions and emoji are written."""
NEVER_DRAWN = (("\u2065", "\u2065"), ("\ufdd0", "\ufdef"), ("\ufff0", "\ufff8"), ("\U000e0000", "\U000e0fff"))
"""Not assigned and never to be seen: ignored by default (Unicode, DerivedCoreProperties), or no characters for good."""
COUNTRY = "GB"
Fault = tuple[str, str]
"""Which field, and what to mend in it: words for the person, never what was typed."""
SHORT_MAX = 6  # digits of numbers like 999, 101, 111 and 116 123: no library takes them for telephone numbers


def is_blank(c: str) -> bool:
    """Whether nothing is to be seen of this character: space, control, format, filler, half of a pair."""
    space = unicodedata.category(c)[0] == "Z"
    return c in BLANK or space or _is_unseen(c) or any(first <= c <= last for first, last in SELECTORS)


def _is_unseen(c: str) -> bool:
    """Control, format, half of a pair. What only this Python does not know yet is seen: a newer emoji."""
    category = unicodedata.category(c)
    if category == "Cn":
        return ord(c) & 0xFFFE == 0xFFFE or any(first <= c <= last for first, last in NEVER_DRAWN)
    return category in ("Cc", "Cf", "Cs")


def says_something(value: str) -> bool:
    """Whether anything can be seen of it."""
    return any(not is_blank(c) for c in value)


def length(value: str) -> int:
    """A text's length, for upper limits, here and in the browser: code points of its composed form (NFC).

    The same is counted by services/gateway/assets/portal.js: `[...text.normalize("NFC")].length`.
    """
    return len(unicodedata.normalize("NFC", value))


def seen_length(value: str) -> int:
    """A text's visible length, spaces included, for lower limits: how much must be written."""
    return sum(_is_space(c) or not is_blank(c) for c in unicodedata.normalize("NFC", value))


def text(value: str) -> str:
    """Writing of several lines: as it was written, without control characters and other invisible ones.

    Line ends are one character each. Empty, where nothing can be seen.
    """
    lines = value.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or c in JOINING or not _is_unseen(c))
    return unicodedata.normalize("NFC", kept.strip()) if says_something(kept) else ""


def line(value: str) -> str:
    """One line, such as a name: single spaces, none at its ends, nothing invisible. Empty, if nothing can be seen."""
    return " ".join(text(value).split())


def plain(value: str) -> str:
    """Without anything invisible, in the plain form of each character: for what programs compare."""
    if value.isascii() and value.isprintable():  # the same, many times faster
        return value.strip()
    wide = unicodedata.normalize("NFKC", value)
    return _composed("".join(" " if _is_space(c) else c for c in wide if _is_space(c) or not is_blank(c)).strip())


def _composed(value: str) -> str:
    """Composed again: what is left out may have stood between a letter and its accent."""
    return unicodedata.normalize("NFC", value)


def _is_space(c: str) -> bool:
    return c in "\t\n\r" or unicodedata.category(c)[0] == "Z"


def _digit(c: str) -> str:
    """A decimal digit of any script as 0 to 9."""
    return str(unicodedata.decimal(c)) if c.isdecimal() else c


def _dashed(value: str) -> str:
    """Every dash, and the minus sign, as a hyphen."""
    return "".join("-" if unicodedata.category(c) == "Pd" or c == "\u2212" else c for c in value)


def _apart(value: str, *signs: str) -> str:
    return _composed("".join(c for c in _dashed(plain(value)) if c not in signs and not c.isspace()))


def upn(value: str) -> str:
    """A unique pupil number as it is kept and compared: capitals, without spaces and hyphens. Not judged here."""
    if value.isascii() and value.isalnum():  # the same, many times faster
        return value.upper()
    return _composed(_apart(value, "-").upper())


def email(value: str) -> str:
    """An email address as it is compared, kept and counted."""
    return plain(value).casefold()


def code(value: str) -> str:
    """A time code or the like: without spaces and hyphens, digits of any script as 0 to 9."""
    return "".join(map(_digit, _apart(value, "-")))


def phone(value: str) -> str:
    """A telephone number as it is kept and shown: as it was written, with plain spaces, hyphens and digits."""
    return " ".join("".join(map(_digit, _dashed(plain(value)))).split())


def is_phone(value: str) -> bool:
    """Whether this is one telephone number that can be called from England, an extension behind it or not."""
    tidy = phone(value)
    digits = "".join(c for c in tidy if c not in " -")
    if digits.isascii() and digits.isdecimal() and 3 <= len(digits) <= SHORT_MAX:
        return True
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(tidy, COUNTRY))
    except phonenumbers.NumberParseException:
        return False


def _only(tidy: object) -> BeforeValidator:
    """For pydantic: tidies text; what is no text is left to be refused."""
    return BeforeValidator(lambda value: tidy(value) if isinstance(value, str) else value)  # type: ignore[operator]


Line = Annotated[str, _only(line)]
"""One line in a request: a name, a contact."""
Text = Annotated[str, _only(text)]
"""Writing of several lines in a request."""
Phone = Annotated[str, _only(phone)]
Upn = Annotated[str, _only(upn)]
