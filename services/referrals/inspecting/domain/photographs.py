"""Photographs without their location: a copy in which every part is left out that is not needed to draw it. Pure.

The picture itself is not touched: its compressed bytes stay as the camera wrote them, for it may be evidence. Left out
are EXIF (but for which way up it is), XMP, IPTC, comments, previews, and whatever stands behind the picture's end.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from services.referrals.inspecting.domain.unfit import Unfit

PIXELS_MAX = 120_000_000
"""More than any telephone takes; a viewer needs four bytes for each."""
PIECE_BYTES = 64 * 1024
PARTS_MAX = 20_000
"""Segments of a JPEG, chunks of a PNG: several times more than one of 20 MB has from any program. Each is a step of
Python's, and without a bound a file of nothing but parts would keep everybody else's waiting for minutes."""
FILL_MAX = 64
"""How many 0xFF may stand before a marker beyond its own."""

SOI, EOI, SOS, APP0, APP1, APP2, APP14 = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDC, 0xDD})
DRAWN = {APP0: b"JFIF\x00", APP2: b"ICC_PROFILE\x00", APP14: b"Adobe"}
"""What an application segment begins with that matters to how a picture is drawn."""
EXIF = b"Exif\x00\x00"
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
ORIENTATION, SHORT = 0x0112, 3

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHUNKS = frozenset({
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"cHRM", b"gAMA", b"iCCP", b"sBIT", b"sRGB", b"bKGD", b"hIST",
    b"pHYs", b"sPLT", b"cICP", b"mDCV", b"cLLI", b"acTL", b"fcTL", b"fdAT",
})  # fmt: skip


def jpeg(reader: BinaryIO) -> Iterator[bytes]:
    """ISO/IEC 10918-1, annex B: segments, and after each start of scan its compressed data. Raises Unfit."""
    if reader.read(2) != bytes([0xFF, SOI]):
        raise Unfit("damaged")
    yield bytes([0xFF, SOI])
    framed = scanned = False
    for marker in _markers(reader):
        data = _segment(reader)
        if marker in FRAMES:
            framed = _few_pixels(*struct.unpack(">xHH", data[:5].ljust(5, b"\x00")))
        yield from _drawn(marker, data)
        if marker == SOS:
            scanned = framed or _damaged()
            yield from _compressed(reader)
    if not scanned:
        raise Unfit("damaged")
    yield bytes([0xFF, EOI])


def _damaged() -> bool:
    raise Unfit("damaged")


def _markers(reader: BinaryIO) -> Iterator[int]:
    """One after another, up to the picture's end; what follows each is read in between."""
    for _ in range(PARTS_MAX):
        if (marker := _marker(reader)) == EOI:
            return
        yield marker
    raise Unfit("damaged")


def _marker(reader: BinaryIO) -> int:
    """The next; it may be preceded by some 0xFF."""
    if reader.read(1) != b"\xff":
        raise Unfit("damaged")
    for _ in range(FILL_MAX):
        if (byte := reader.read(1)) != b"\xff":
            return byte[0] if byte else _damaged()
    raise Unfit("damaged")


def _segment(reader: BinaryIO) -> bytes:
    length = int.from_bytes(reader.read(2), "big")
    data = reader.read(max(0, length - 2))
    if length < 2 or len(data) != length - 2:
        raise Unfit("damaged")
    return data


def _drawn(marker: int, data: bytes) -> Iterator[bytes]:
    """The segment, if it is needed to draw the picture; of EXIF only which way up it is."""
    if marker == APP1 and data.startswith(EXIF):
        data = _which_way_up(data[len(EXIF) :])
    elif not (marker == SOS or marker in FRAMES or marker in TABLES):
        begins = DRAWN.get(marker)
        data = data if begins and data.startswith(begins) else b""
    if data:
        yield bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def _compressed(reader: BinaryIO) -> Iterator[bytes]:
    """What follows a start of scan, up to the next marker."""
    while piece := reader.read(PIECE_BYTES):
        found = MARKER.search(piece)
        end = found.start() if found else len(piece.rstrip(b"\xff"))
        yield piece[:end]
        reader.seek(end - len(piece), 1)
        if found:
            return
        if not end:
            break
    raise Unfit("damaged")


def _which_way_up(tiff: bytes) -> bytes:
    """EXIF with the one entry that says how the camera was held; nothing, if it does not say that."""
    try:
        order = {b"II": "<", b"MM": ">"}[tiff[:2]]
        [at] = struct.unpack_from(f"{order}I", tiff, 4)
        [count] = struct.unpack_from(f"{order}H", tiff, at)
        entries = [struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * i) for i in range(min(count, 100))]
    except (KeyError, struct.error):
        return b""
    held = next((value for tag, kind, _, value in entries if (tag, kind) == (ORIENTATION, SHORT)), 0)
    if not 1 <= held <= 8:
        return b""
    return EXIF + b"MM\x00*" + struct.pack(">IHHHIHHI", 8, 1, ORIENTATION, SHORT, 1, held, 0, 0)


def _few_pixels(height: int, width: int) -> bool:
    """True; raises Unfit for none, and for more than can be drawn."""
    if height * width > PIXELS_MAX:
        raise Unfit("too_many_pixels", most_mp=PIXELS_MAX // 1_000_000)
    return height * width > 0 or _damaged()


def png(reader: BinaryIO) -> Iterator[bytes]:
    """ISO/IEC 15948: chunks, each with its length, type and checksum. Raises Unfit."""
    if reader.read(len(SIGNATURE)) != SIGNATURE:
        raise Unfit("damaged")
    yield SIGNATURE
    for place in range(PARTS_MAX):
        head = reader.read(8)
        if len(head) != 8 or (not place and head[4:] != b"IHDR"):
            raise Unfit("damaged")
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if kind == b"IHDR":
            _ihdr(reader)
        yield from _chunk(reader, head, length)
        if kind == b"IEND":
            return
    raise Unfit("damaged")


def _ihdr(reader: BinaryIO) -> None:
    width, height = struct.unpack(">II", reader.read(8).ljust(8, b"\x00"))
    _few_pixels(height, width)
    reader.seek(-8, 1)


def _chunk(reader: BinaryIO, head: bytes, length: int) -> Iterator[bytes]:
    """All of it in pieces, if it is needed to draw the picture."""
    needed = head[4:] in CHUNKS
    if not needed and not head[4] & 0x20:
        raise Unfit("damaged")  # one that must be understood, and is not
    if needed:
        yield head
    checksum = zlib.crc32(head[4:])
    for piece in _exactly(reader, length):
        checksum = zlib.crc32(piece, checksum)
        if needed:
            yield piece
    [said] = _exactly(reader, 4)
    if int.from_bytes(said, "big") != checksum:
        raise Unfit("damaged")
    if needed:
        yield said


def _exactly(reader: BinaryIO, count: int) -> Iterator[bytes]:
    while count > 0:
        piece = reader.read(min(count, PIECE_BYTES))
        if not piece:
            raise Unfit("damaged")
        count -= len(piece)
        yield piece
