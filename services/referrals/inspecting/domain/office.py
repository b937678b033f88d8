"""Files of Word, Excel, PowerPoint and OpenDocument: which one it is, and what it may not hold. Pure.

They are ZIP archives. Before one is read it is made sure that its directory is short, and before an entry is read
that it does not unpack to much more than it is.
"""

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import BinaryIO

from services.referrals.inspecting.domain.unfit import Unfit

ENTRIES_MAX = 2000
DIRECTORY_MAX_BYTES = 512 * 1024
UNPACKED_MAX_BYTES = 200 * 1024 * 1024
RATIO_MAX = 200
RATIO_FROM_BYTES = 1024 * 1024
TEXT_MAX_BYTES = 1024 * 1024
PIECE_BYTES = 64 * 1024
END, END_BYTES, COMMENT_MAX_BYTES = b"PK\x05\x06", 22, 65_535
LOCATOR_64, LOCATOR_64_BYTES = b"PK\x06\x07", 20
"""Where there is one, it stands before the end, and says that the directory is another one."""
TAIL_BYTES = LOCATOR_64_BYTES + END_BYTES + COMMENT_MAX_BYTES
ENCRYPTED_FLAG = 1

OOXML: Mapping[bytes, str] = {
    b"wordprocessingml.document.main+xml": "docx",
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"presentationml.presentation.main+xml": "pptx",
}
ODF: Mapping[bytes, str] = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
PROGRAMS = re.compile(
    r"(^|/)(vbaProject[^/]*\.bin|oleObject[^/]*\.bin|activeX[^/]*|(Basic|Scripts)/.*"
    r"|[^/]+\.(exe|dll|scr|com|bat|cmd|ps1|vbs|vbe|js|jse|wsf|hta|lnk|jar|msi|xlm|docm|xlsm|pptm))$",
    re.IGNORECASE,
)
ACTIVE = (b"macroEnabled", b"vbaProject", b"oleObject", b"activeX")
"""What the list of an archive's parts calls programs, whatever their names are."""
PACKAGE = "EncryptedPackage".encode("utf-16-le")


def type_of(reader: BinaryIO) -> str:
    """docx, xlsx …, after reading through all of it. Raises Unfit."""
    _refuse_long_directory(reader)
    try:
        with zipfile.ZipFile(reader) as archive:
            entries = archive.infolist()
            _refuse(entries)
            found = _named_type(archive)
            _read_through(archive, entries)
            return found
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise Unfit("damaged") from error


def is_encrypted(reader: BinaryIO) -> bool:
    """Whether a compound file is a newer Office file under a password, rather than an old one (MS-OFFCRYPTO)."""
    reader.seek(0)
    before = b""
    while piece := reader.read(PIECE_BYTES):
        if PACKAGE in before[-len(PACKAGE) :] + piece:
            return True
        before = piece
    return False


def _refuse_long_directory(reader: BinaryIO) -> None:
    """An archive of a megabyte can list ten thousand entries, and Python would make an object of each."""
    size = reader.seek(0, 2)
    reader.seek(max(0, size - TAIL_BYTES))
    tail = reader.read(TAIL_BYTES)
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        raise Unfit("damaged")
    directory_bytes = int.from_bytes(tail[at + 12 : at + 16], "little")
    if LOCATOR_64 in tail or directory_bytes > DIRECTORY_MAX_BYTES:
        raise Unfit("unpacks")


def _refuse(entries: Sequence[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & ENCRYPTED_FLAG for entry in entries):
        raise Unfit("protected")
    if any(PROGRAMS.search(entry.filename) for entry in entries):
        raise Unfit("macros")
    if any(entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries):
        raise Unfit("damaged")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES_MAX or unpacked > UNPACKED_MAX_BYTES or any(map(_is_bomb, entries)):
        raise Unfit("unpacks")


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > RATIO_FROM_BYTES and entry.file_size > RATIO_MAX * entry.compress_size


def _named_type(archive: zipfile.ZipFile) -> str:
    names = set(archive.namelist())
    if "[Content_Types].xml" in names:
        return _ooxml(_text(archive, "[Content_Types].xml"))
    if "mimetype" in names and (found := ODF.get(_text(archive, "mimetype").strip())):
        if "META-INF/manifest.xml" in names and b"encryption-data" in _text(archive, "META-INF/manifest.xml"):
            raise Unfit("protected")
        return found
    raise Unfit("not_taken")


def _ooxml(types: bytes) -> str:
    if any(mark in types for mark in ACTIVE):
        raise Unfit("macros")
    found = [type for part, type in OOXML.items() if part in types]
    if len(found) != 1:
        raise Unfit("not_taken")
    return found[0]


def _text(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as entry:
        return entry.read(TEXT_MAX_BYTES)


def _read_through(archive: zipfile.ZipFile, entries: Sequence[zipfile.ZipInfo]) -> None:
    """Each to its end: its checksum is right, and it is not larger than it says."""
    for each in entries:
        with archive.open(each) as entry:
            while entry.read(PIECE_BYTES):
                pass
