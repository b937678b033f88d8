"""What a PDF may not hold: a script, another file, a program to start, a password. Pure.

It is looked for in the file as it is and in what its compressed object streams hold (ISO 32000-2, 7.5.7), also where
its name is written with escapes. What the portal cannot know of a document is the scanner's to find.
"""

import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from services.referrals.inspecting.domain.unfit import Unfit

WINDOW_BYTES = 64 * 1024
OVERLAP_BYTES = 1024
TAIL_BYTES = 4096
UNPACKED_MAX_BYTES = 64 * 1024 * 1024
PEEK_BYTES = 512
STREAMS_MAX = 50_000
"""More than a document of 20 MB has: each is looked into, and nobody else's file is meanwhile."""

ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|RichMedia|EmbeddedFile|EmbeddedFiles|ImportData|SubmitForm|GoToE|XFA)(?![A-Za-z0-9])"
)
PASSWORD = re.compile(rb"/Encrypt(?![A-Za-z0-9])")
ESCAPED = re.compile(rb"/[A-Za-z0-9]{0,16}#[0-9A-Fa-f]{2}[A-Za-z0-9#]{0,48}")
ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
STREAM = re.compile(rb"(?<!end)stream[ \t]*(?:\r\n|\r|\n)")
GAP = rb"(?:[\x00\s]|%[^\r\n]*[\r\n])"
OBJECTS = re.compile(rb"%b*\d+%b+\d+[\x00\s%%<\[(/]" % (GAP, GAP))
"""How an object stream begins: with the numbers and the places of its objects, and between them whatever a reader of
PDF passes over."""
ITS_OWN = re.compile(rb"/(?:ObjStm|First)(?![A-Za-z0-9])")
OTHERWISE_PACKED = re.compile(
    rb"/Filter\s*(?:\d|\[[^\]/]*\d)|/(?:ASCIIHex|ASCII85|LZW|RunLength|Crypt)|/(?:AHx|A85|RL)\b"
)
"""What the dictionary of an object stream never says, unless it is to hide what is in it."""


def refuse_unsafe_pdf(reader: BinaryIO) -> None:
    """Raises Unfit."""
    size = reader.seek(0, 2)
    reader.seek(max(0, size - TAIL_BYTES))
    if b"%%EOF" not in reader.read(TAIL_BYTES):
        raise Unfit("damaged")
    found = (at for start, window in _windows(reader) for at in _looked_through(start, window))
    streams = list(islice(found, STREAMS_MAX + 1))
    if len(streams) > STREAMS_MAX:
        raise Unfit("unpacks")
    left = UNPACKED_MAX_BYTES
    for at in streams:
        left -= _unpacked(reader, at, left)


def _windows(reader: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """The file in pieces that overlap, so that no name is cut in two."""
    start = 0
    while True:
        reader.seek(start)
        window = reader.read(WINDOW_BYTES)
        yield start, window
        if len(window) < WINDOW_BYTES:
            return
        start += WINDOW_BYTES - OVERLAP_BYTES


def _looked_through(start: int, window: bytes) -> Iterator[int]:
    """Where streams begin in it."""
    if PASSWORD.search(window):
        raise Unfit("protected")
    _refuse_active(window)
    for found in STREAM.finditer(window):
        _refuse_hidden(window[max(0, found.start() - OVERLAP_BYTES) : found.start()])
        yield start + found.end()


def _refuse_active(text: bytes) -> None:
    if ACTIVE.search(text) or ACTIVE.search(_unescaped(text)):
        raise Unfit("script")


def _unescaped(text: bytes) -> bytes:
    """The names in it that are written with escapes, written without."""
    return b"\n".join(ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), name) for name in ESCAPED.findall(text))


def _refuse_hidden(before: bytes) -> None:
    """Of what stands before a stream: an object stream is packed so that it can be looked into, or not taken."""
    own = before.rpartition(b"obj")[2]
    own += _unescaped(own)
    if ITS_OWN.search(own) and OTHERWISE_PACKED.search(own):
        raise Unfit("script")


def _unpacked(reader: BinaryIO, at: int, most_bytes: int) -> int:
    """How many bytes an object stream there was unpacked to; 0 for a stream of anything else."""
    reader.seek(at)
    try:
        return _objects(reader, most_bytes)
    except zlib.error:
        return 0  # not compressed in this way, or no stream at all


def _objects(reader: BinaryIO, most_bytes: int) -> int:
    unpacker = zlib.decompressobj()
    before = unpacker.decompress(reader.read(PEEK_BYTES), PEEK_BYTES)
    if not OBJECTS.match(before):
        return 0
    _refuse_active(before)
    count = len(before)
    while not unpacker.eof:
        packed = unpacker.unconsumed_tail or reader.read(WINDOW_BYTES)
        text = unpacker.decompress(packed, WINDOW_BYTES)
        _refuse_active(before[-OVERLAP_BYTES:] + text)
        before, count = text or before, count + len(text)
        if count > most_bytes:
            raise Unfit("unpacks")
        if not packed:
            break
    return count
