"""Sealed files on the disk: written and read in pieces, so that none is ever whole in memory, and none in clear.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway and Vizár, 2015), as age uses it (age-encryption.org/v1):
a key for each file, derived with a salt that stands at its beginning; pieces of 64 KiB, each sealed by itself under its
number and whether it is the last. So a piece that was changed, moved, left out or cut off at the end does not open.
"""

from __future__ import annotations

import asyncio
import hmac
import io
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.sealing import derived, seal, unseal

SALT_BYTES = 16
PIECE_BYTES = 64 * 1024
TAG_BYTES = 16
COUNTER_BYTES = 11


class Unsealable(Exception):
    """What lies on the disk is not what was sealed there."""


class _Pieces:
    """How the pieces of one file are sealed; `place` is the attachment that it is, and no other."""

    def __init__(self, key: bytes, salt: bytes, place: UUID) -> None:
        own = HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"referrals attachment").derive(key)
        self._cipher, self._place = AESGCM(own), place.bytes

    def seal(self, plain: bytes, number: int, last: bool) -> bytes:
        return self._cipher.encrypt(_nonce(number, last), plain, self._place)

    def open(self, sealed: bytes, number: int, last: bool) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number, last), sealed, self._place)
        except InvalidTag as error:
            raise Unsealable from error


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(COUNTER_BYTES, "big") + bytes([last])


class SealedWriter:
    """A file that is being written, under a name of its own, and dropped unless SealedFiles.keep gives it its place.

    Its calls block for as long as the disk does: call them in a thread.
    """

    def __init__(self, path: Path, key: bytes, place: UUID) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        salt = os.urandom(SALT_BYTES)
        self.path, self.size_bytes = path, 0
        self._pieces, self._number, self._left = _Pieces(key, salt, place), 0, bytearray()
        self._file = path.open("xb")
        self._file.write(salt)

    def write(self, data: bytes) -> None:
        self.size_bytes += len(data)
        self._left += data
        while len(self._left) > PIECE_BYTES:  # the last piece is known as such only when no more comes
            self._seal(bytes(self._left[:PIECE_BYTES]), last=False)
            del self._left[:PIECE_BYTES]

    def _seal(self, plain: bytes, last: bool) -> None:
        self._file.write(self._pieces.seal(plain, self._number, last))
        self._number += 1

    def close(self) -> None:
        """All of it is on the disk."""
        self._seal(bytes(self._left), last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def drop(self) -> None:
        """Gone from the disk, unless it has its place by now."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def __enter__(self) -> SealedWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.drop()


class SealedReader(io.RawIOBase):
    """What was sealed, from any place in it on; one piece is in memory at a time. Raises Unsealable, OSError."""

    def __init__(self, path: Path, key: bytes, place: UUID) -> None:
        self._file = path.open("rb")
        sealed_bytes = os.fstat(self._file.fileno()).st_size - SALT_BYTES
        self._count = max(1, -(-sealed_bytes // (PIECE_BYTES + TAG_BYTES)))
        self.size_bytes = sealed_bytes - self._count * TAG_BYTES
        self._pieces = _Pieces(key, self._file.read(SALT_BYTES), place)
        self._at, self._held = 0, (-1, b"")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = max(0, {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size_bytes}[whence] + offset)
        return self._at

    def readinto(self, buffer: object) -> int:
        number, within = divmod(self._at, PIECE_BYTES)
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._piece(number)[within : within + len(view)] if number < self._count else b""
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def _piece(self, number: int) -> bytes:
        if self._held[0] != number:
            self._file.seek(SALT_BYTES + number * (PIECE_BYTES + TAG_BYTES))
            sealed = self._file.read(PIECE_BYTES + TAG_BYTES)
            self._held = number, self._pieces.open(sealed, number, number == self._count - 1)
        return self._held[1]

    async def pieces(self) -> AsyncIterator[bytes]:
        """From here to the end, while everything else goes on; closed then."""
        try:
            while data := await asyncio.to_thread(self.read, PIECE_BYTES):
                yield data
        finally:
            self.close()

    def close(self) -> None:
        self._file.close()
        super().close()


class SealedFiles:
    """All files under one folder: a finished one under its attachment's id, one that is being written in `coming/`.

    Their names are kept in rows, sealed too, for a name may name a child.
    """

    def __init__(self, folder: Path, sealing_key: bytes) -> None:
        self._folder, self._key = folder, derived(sealing_key, "referrals attachments")
        self._names = derived(sealing_key, "referrals attachments' names")
        self._fingerprints = derived(sealing_key, "referrals attachments' fingerprints")

    def seal_name(self, attachment_id: UUID, name: str) -> bytes:
        return seal(self._names, name.encode(), str(attachment_id))

    def name(self, attachment_id: UUID, sealed: bytes) -> str:
        return unseal(self._names, sealed, str(attachment_id)).decode()

    def fingerprint(self) -> hmac.HMAC:
        """What a file's bytes are put into as they come; who has not the key cannot tell of a known file if it is
        here."""
        return hmac.new(self._fingerprints, digestmod=sha256)

    def path(self, attachment_id: UUID) -> Path:
        return self._folder / attachment_id.hex[-2:] / str(attachment_id)

    @property
    def coming(self) -> Path:
        return self._folder / "coming"

    def writer(self, attachment_id: UUID) -> SealedWriter:
        return SealedWriter(self.coming / uuid4().hex, self._key, attachment_id)

    def written(self, writer: SealedWriter, attachment_id: UUID) -> SealedReader:
        """What was just written, before it has its place."""
        return SealedReader(writer.path, self._key, attachment_id)

    def keep(self, writer: SealedWriter, attachment_id: UUID) -> None:
        """Give a closed file its place, so that it is there also after the machine's power failed."""
        path = self.path(attachment_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.replace(writer.path, path)
        for folder in (path.parent, self._folder):
            made_durable(folder)

    def reader(self, attachment_id: UUID) -> SealedReader:
        return SealedReader(self.path(attachment_id), self._key, attachment_id)

    def delete(self, attachment_id: UUID) -> None:
        """Gone from the disk; one that is gone already is no fault."""
        self.path(attachment_id).unlink(missing_ok=True)

    def ids(self, older_than_s: float, now_s: float) -> Iterator[UUID]:
        """Of finished files that have lain there for a while."""
        for path in self._folder.glob("??/*"):
            with suppress(ValueError, FileNotFoundError):  # nothing of ours, or deleted meanwhile
                if now_s - path.stat().st_mtime > older_than_s:
                    yield UUID(path.name)

    def drop_unfinished(self, older_than_s: float, now_s: float) -> int:
        """What a process left behind that ended while it was writing. How many there were."""
        old = [path for path in self.coming.glob("*") if now_s - path.stat().st_mtime > older_than_s]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


def made_durable(folder: Path) -> None:
    """What is in it by now is found there also after the machine's power failed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
