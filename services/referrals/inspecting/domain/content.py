"""What a file is, by what is in it and never by its name, and whether it is one that is taken. Pure.

A reader can be read from any place in it on; every function here holds a small piece of a file at a time.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

import puremagic

from services.referrals.inspecting.domain import documents, office, photographs
from services.referrals.inspecting.domain.unfit import Unfit

HEAD_BYTES = 4096
PIECE_BYTES = 64 * 1024
OOXML, ODF = "application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument"
PROGRAMS = frozenset({
    "application/vnd.microsoft.portable-executable", "application/x-iso9660-appimage", "application/java",
    "application/x-mach-binary", "application/x-sh", "application/x-msdownload", "application/x-elf",
})  # fmt: skip
OLD_OFFICE = "application/msword"  # the compound file of Word, Excel and PowerPoint before 2007


@dataclass(frozen=True, slots=True)
class FileType:
    """One that is taken. `without_metadata`: what is kept of it, where that is less than what came."""

    mime: str
    endings: tuple[str, ...]
    without_metadata: Callable[[BinaryIO], Iterator[bytes]] | None = None


TYPES: Mapping[str, FileType] = {
    "pdf": FileType("application/pdf", (".pdf",)),
    "jpeg": FileType("image/jpeg", (".jpg", ".jpeg"), photographs.jpeg),
    "png": FileType("image/png", (".png",), photographs.png),
    "docx": FileType(f"{OOXML}.wordprocessingml.document", (".docx",)),
    "xlsx": FileType(f"{OOXML}.spreadsheetml.sheet", (".xlsx",)),
    "pptx": FileType(f"{OOXML}.presentationml.presentation", (".pptx",)),
    "odt": FileType(f"{ODF}.text", (".odt",)),
    "ods": FileType(f"{ODF}.spreadsheet", (".ods",)),
    "odp": FileType(f"{ODF}.presentation", (".odp",)),
}


def type_of(reader: BinaryIO) -> str:
    """Which of TYPES it is, after looking into it. Raises Unfit."""
    head = reader.read(HEAD_BYTES)
    if not head:
        raise Unfit("empty")
    guesses = _guesses(head)
    if "image/jpeg" in guesses:
        return "jpeg"  # looked into when it is copied without its metadata
    if "image/png" in guesses:
        return "png"
    if head.startswith(b"%PDF-"):
        documents.refuse_unsafe_pdf(reader)
        return "pdf"
    if head.startswith(b"PK"):
        return office.type_of(reader)
    raise _not_taken(head, guesses, reader)


def _guesses(head: bytes) -> frozenset[str]:
    try:
        return frozenset(guess.mime_type for guess in puremagic.magic_string(head))
    except puremagic.PureError:
        return frozenset()


def _not_taken(head: bytes, guesses: frozenset[str], reader: BinaryIO) -> Unfit:
    if guesses & PROGRAMS or head.startswith((b"MZ", b"\x7fELF", b"#!")):
        return Unfit("executable")
    if OLD_OFFICE in guesses:
        return Unfit("protected" if office.is_encrypted(reader) else "old_office")
    return Unfit("not_taken")


def kept(reader: BinaryIO, type: str) -> Iterator[bytes] | None:
    """What is kept of it, without where a photograph was taken; None: all of it, as it came. Raises Unfit."""
    without = TYPES[type].without_metadata
    reader.seek(0)
    return without(reader) if without else None
