"""The characters of a file that a school made: UTF-8, UTF-16, or what Windows writes; and what is no text at all."""

import codecs

from services.feed.roll_files.roll import RollRefused

MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "This is a PDF. Export the roll from your school's system as CSV or CTF, not as a document."),
    (b"\xd0\xcf\x11\xe0", "This is an old Excel or Word file. Open it and save it as CSV (comma delimited)."),
    (b"\x1f\x8b", "This file is packed (gzip). Unpack it, and choose the file that was in it."),
    (b"Rar!", "This file is packed (RAR). Unpack it, and choose the file that was in it."),
    (b"7z\xbc\xaf", "This file is packed (7z). Unpack it, and choose the file that was in it."),
    (b"\x89PNG", "This is a picture. Export the roll from your school's system as CSV or CTF."),
    (b"\xff\xd8\xff", "This is a picture. Export the roll from your school's system as CSV or CTF."),
)
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NO_TEXT = "This file is not text. Export the roll from your school's system as CSV or CTF."


def decoded(raw: bytes) -> str:
    """The file's text. Raises RollRefused."""
    for begins, sentence in MAGIC:
        if raw.startswith(begins):
            raise RollRefused(sentence)
    if not raw.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise RollRefused("This file is empty. Export the roll again.")
    try:
        text = _decoded(raw)
    except UnicodeDecodeError:
        raise RollRefused(NO_TEXT) from None
    if "\x00" in text:
        raise RollRefused(NO_TEXT)
    return text.removeprefix("\ufeff")


def _decoded(raw: bytes) -> str:
    """By its byte order mark; or by where its zeros are; or UTF-8 if it can be, else what Windows writes."""
    for mark, name in UTF_16.items():
        if raw.startswith(mark):
            return raw[2:].decode(name)
    if raw[:4].find(b"\x00") == 1:
        return raw.decode("utf-16-le")
    if raw[:4].find(b"\x00") == 0:
        return raw.decode("utf-16-be")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252")
