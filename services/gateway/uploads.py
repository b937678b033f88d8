"""A form with a file in it: its fields are read, its file is handed on in pieces as they come, never held.

What a form says of itself stands before its file, as in the page: the proof is looked at before a byte of the file is.
"""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from fastapi import Depends, Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.gateway import fields
from services.gateway.fields import Malformed
from services.gateway.frame import guards
from services.gateway.frame.visit import Visit
from shared.contracts import Role

FIELDS_MAX = 10
FIELD_MAX_BYTES = 4096


class Upload:
    """A form as it comes: the fields before its first file, then that file. What stands behind the file is dropped."""

    def __init__(self, source: AsyncIterator[bytes], boundary: bytes) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        """As the browser says it; None: no file has begun."""
        self._source, self._ended = source, False
        self._header, self._headers = [b"", b""], dict[bytes, bytes]()
        self._field, self._pieces, self._file_over = bytearray(), list[bytes](), False
        self._name: str | None = None
        self._parser = MultipartParser(boundary, {
            "on_part_begin": self._begin, "on_header_field": self._of_field, "on_header_value": self._of_value,
            "on_header_end": self._one_header, "on_headers_finished": self._headers_over, "on_part_data": self._data,
            "on_part_end": self._part_over, "on_end": self._end,
        })  # fmt: skip

    async def begin(self) -> None:
        """Reads up to the file's beginning, or to the end where there is none. Raises Malformed."""
        while self.filename is None and not self._ended:
            await self._more()

    async def pieces(self) -> AsyncIterator[bytes]:
        """What is in the file. Raises Malformed where it does not come whole, ClientDisconnect."""
        while self._pieces or not self._file_over:
            if not self._pieces:
                await self._more()
            for piece in self._pieces:
                yield piece
            self._pieces.clear()

    async def drop(self) -> None:
        """Reads what is left, as far as a request may be long."""
        with suppress(ClientDisconnect, HTTPException):
            async for _ in self._source:
                pass

    async def _more(self) -> None:
        data = await anext(self._source, b"")
        if not data:
            raise Malformed
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise Malformed from error

    def _begin(self) -> None:
        self._headers.clear()
        self._field.clear()

    def _of_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0] += data[start:end]

    def _of_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1] += data[start:end]

    def _one_header(self) -> None:
        self._headers[self._header[0].lower()] = self._header[1]
        self._header = [b"", b""]

    def _headers_over(self) -> None:
        _, said = parse_options_header(self._headers.get(b"content-disposition"))
        self._name = None if self.filename is not None else said.get(b"name", b"").decode(errors="replace")
        if self._name is not None and b"filename" in said:
            self.filename, self._name = said[b"filename"].decode(errors="replace"), None

    @property
    def _in_file(self) -> bool:
        return self.filename is not None and not self._file_over

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._pieces.append(data[start:end])
        elif self._name is not None:
            self._field += data[start : min(end, start + FIELD_MAX_BYTES - len(self._field))]

    def _part_over(self) -> None:
        if self._in_file:
            self._file_over = True
        elif self._name is not None and len(self.fields) < FIELDS_MAX:
            self.fields[self._name] = self._field.decode(errors="replace")

    def _end(self) -> None:
        self._ended = True


def sent_file(*roles: Role) -> Any:
    """As `guards.sent`, for a form with a file, which `upload_of` then has. Where it is refused, the file is read on
    and dropped first, so that the browser shows why."""
    guarded = guards.sent(*roles, read=_read).dependency

    async def visit(request: Request) -> Visit:
        try:
            found: Visit = await guarded(request)
        except Exception:
            if upload := getattr(request.state, "upload", None):
                await upload.drop()
            raise
        return found

    visit.guards = True  # type: ignore[attr-defined]  # read by the architecture tests
    return Depends(visit)


def upload_of(visit: Visit) -> Upload | None:
    """The file that came with the form; None: a form without one."""
    upload: Upload | None = getattr(visit.request.state, "upload", None)
    return upload if upload and upload.filename else None


async def _read(request: Request) -> dict[str, str]:
    kind, said = parse_options_header(request.headers.get("content-type"))
    if kind != b"multipart/form-data":
        return await fields.read(request)
    try:
        upload = Upload(request.stream(), said.get(b"boundary", b""))
    except (FormParserError, ValueError) as error:
        raise Malformed from error
    request.state.upload = upload
    await upload.begin()
    return upload.fields
