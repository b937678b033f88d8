"""The characters of a file that a school made: UTF-8, UTF-16, or what Windows writes; and what is no text at all."""

import codecs

from services.feed.roll_files.roll import RollRefused

OLD = "This is an old Excel or Word file. Open it and save it as CSV (comma delimited)."
PDF = "This is a PDF. Export the roll from your school's system as CSV or CTF, not as a document."
PACKED = "This file is packed. Unpack it, and choose the file that was in it."
PICTURE = "This is a picture. Export the roll from your school's system as CSV or CTF."
MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", PDF), (b"\xd0\xcf\x11\xe0", OLD), (b"\x1f\x8b", PACKED), (b"Rar!", PACKED), (b"7z\xbc\xaf", PACKED),
    (b"\x89PNG", PICTURE), (b"\xff\xd8\xff", PICTURE),
)  # fmt: skip
UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
NO_TEXT = "This file is not text. Export the roll from your school's system as CSV or CTF."


def decoded(raw: bytes) -> str:
    """The file's text. Raises RollRefused."""
    if known := [sentence for begins, sentence in MAGIC if raw.startswith(begins)]:
        raise RollRefused(known[0])
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
