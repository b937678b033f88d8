"""Reads the fields of a form that was sent, within bounds; of what is too long the beginning; no control character.

Where one was left out, the person is told: it may have stood for something that they saw, as where a program pasted a
broken dash or quotation mark. Of what word processors put in by themselves, and nobody sees there either (soft hyphens,
zero-width spaces, marks of direction: shared/typed.py), nothing is said, for nothing is missing.
"""

import re
from contextlib import aclosing

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser

FIELDS_MAX = 40
FIELD_MAX_BYTES = 2 * 1024 * 1024
"""Of one field that is no part of its own: a sealed one, with all that was written in it (KEPT_TIMES)."""
PART_MAX_BYTES = 512 * 1024
"""Of one text field; what is beyond is left out. More than any text that comes back has in four bytes a character."""
LINE_ENDS = re.compile("\r\n?|[\v\f]")
"""Of browsers, and a word processor's own within a paragraph and between pages."""
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, but tabs and line ends, and halves of pairs: no text has them."""
CHARSETS = (b"utf-8", b"utf8", b"us-ascii")


class Malformed(Exception):
    """The form cannot be read."""


class Form(dict[str, str]):
    """The fields of a form, by name. `left_out`: in which of them there were control characters."""

    left_out: frozenset[str] = frozenset()

    def keep(self, name: str, typed: str) -> None:
        """Lines end with one character, as the counters on the page count."""
        lines = LINE_ENDS.sub("\n", typed)
        self[name] = CONTROLS.sub("", lines)
        if self[name] != lines:
            self.left_out |= {name}


class _Parts(MultiPartParser):
    """Keeps the beginning of a part that is too long, instead of refusing the whole form with all that was written."""

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        room = PART_MAX_BYTES - len(self._current_part.data)
        super().on_part_data(data, start, min(end, start + room))

    def on_part_end(self) -> None:
        kept = self._current_part.data
        if len(kept) >= PART_MAX_BYTES:  # cut perhaps within a character
            kept[:] = kept.decode(errors="ignore").encode()
        super().on_part_end()


async def read(request: Request) -> Form:
    """The fields of a form, the last of each name. Raises Malformed, HTTPException (400)."""
    if _charset(request) not in CHARSETS:
        raise Malformed
    fields = Form()
    for name, value in (await _form(request)).multi_items():
        if not isinstance(value, str):
            raise Malformed
        fields.keep(name, value)
    return fields


def _charset(request: Request) -> bytes:
    """What a form says to be written in: browsers say nothing, and there are codecs that fail, or take their time."""
    _, said = parse_options_header(request.headers.get("content-type"))
    return said.get(b"charset", b"utf-8").lower()


async def _form(request: Request) -> FormData:
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return await request.form(max_files=0, max_fields=FIELDS_MAX, max_part_size=FIELD_MAX_BYTES)
    async with aclosing(request.stream()) as stream:
        parts = _Parts(request.headers, stream, max_files=0, max_fields=FIELDS_MAX, max_part_size=PART_MAX_BYTES)
        try:
            return await parts.parse()
        except MultiPartException as error:
            raise Malformed from error
