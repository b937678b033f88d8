"""Files on the disk: nothing of them is in clear, and nothing that was changed, moved or cut off is read."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from services.referrals.sealed_files import PIECE_BYTES, SALT_BYTES, TAG_BYTES, SealedFiles, SealedReader, Unsealable

KEY = b"k" * 32
SEALED_BYTES = PIECE_BYTES + TAG_BYTES
SIZES = [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 2 * PIECE_BYTES, 3 * PIECE_BYTES + 7]


@pytest.fixture
def files(tmp_path: Path) -> SealedFiles:
    return SealedFiles(tmp_path, KEY)


def sealed(files: SealedFiles, data: bytes, step: int = 10_000) -> UUID:
    id = uuid4()
    with files.writer(id) as writer:
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
        writer.close()
        files.keep(writer, id)
    return id


async def opened(reader: SealedReader) -> bytes:
    return b"".join([piece async for piece in reader.pieces()])


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("step", [999, PIECE_BYTES, 5 * PIECE_BYTES])
async def test_what_was_written_is_read(files: SealedFiles, size: int, step: int) -> None:
    data = os.urandom(size)
    id = sealed(files, data, step)
    assert files.reader(id).size_bytes == size
    assert await opened(files.reader(id)) == data


async def test_it_is_read_from_any_place_as_any_file_is(files: SealedFiles) -> None:
    data = os.urandom(3 * PIECE_BYTES + 7)
    plain, reader = io.BytesIO(data), io.BufferedReader(files.reader(sealed(files, data)))
    for place, whence, count in [(5, 0, 10), (PIECE_BYTES - 3, 0, 9), (-20, 2, 50), (-5, 1, 3), (10**9, 0, 4)]:
        assert reader.seek(place, whence) == plain.seek(place, whence)
        assert reader.read(count) == plain.read(count)


async def test_an_archive_is_looked_into_without_being_opened_whole(files: SealedFiles) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a", os.urandom(200_000))
        archive.writestr("b", b"found")
    with zipfile.ZipFile(io.BufferedReader(files.reader(sealed(files, made.getvalue())))) as archive:
        assert archive.read("b") == b"found"


def test_two_files_of_the_same_bytes_look_like_nothing_and_unlike_each_other(files: SealedFiles) -> None:
    data = bytes(200_000)
    first, second = (files.path(sealed(files, data)).read_bytes() for _ in range(2))
    assert bytes(50) not in first
    assert first[SALT_BYTES : SALT_BYTES + 1000] != second[SALT_BYTES : SALT_BYTES + 1000]


def changed(data: bytes) -> bytes:
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]


def swapped(data: bytes) -> bytes:
    first, second = SALT_BYTES, SALT_BYTES + SEALED_BYTES
    return data[:first] + data[second : second + SEALED_BYTES] + data[first:second] + data[second + SEALED_BYTES :]


HURT = {
    "a bit": changed,
    "the salt": lambda data: b"0" * SALT_BYTES + data[SALT_BYTES:],
    "two pieces swapped": swapped,
    "the last piece left out": lambda data: data[: SALT_BYTES + 2 * SEALED_BYTES],
    "cut within a piece": lambda data: data[:-5],
    "a piece twice": lambda data: data + data[SALT_BYTES : SALT_BYTES + SEALED_BYTES],
    "nothing but the salt": lambda data: data[:SALT_BYTES],
    "nothing": lambda data: b"",
}


@pytest.mark.parametrize("hurt", HURT.values(), ids=HURT)
async def test_what_was_hurt_is_not_read_to_its_end(files: SealedFiles, hurt: object) -> None:
    id = sealed(files, os.urandom(2 * PIECE_BYTES + 5000))
    path = files.path(id)
    path.write_bytes(hurt(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(Unsealable):
        await opened(files.reader(id))


async def test_it_opens_in_its_own_place_and_under_its_own_key_only(files: SealedFiles, tmp_path: Path) -> None:
    id, other = sealed(files, b"a secret"), uuid4()
    files.path(other).parent.mkdir(exist_ok=True)
    files.path(other).write_bytes(files.path(id).read_bytes())
    with pytest.raises(Unsealable):
        await opened(files.reader(other))
    with pytest.raises(Unsealable):
        await opened(SealedFiles(tmp_path, b"x" * 32).reader(id))


def test_what_was_not_kept_is_gone(files: SealedFiles) -> None:
    with pytest.raises(ZeroDivisionError), files.writer(uuid4()) as writer:
        writer.write(os.urandom(300_000))
        raise ZeroDivisionError
    assert list(files.coming.iterdir()) == []


def test_a_name_opens_with_its_own_file_only(files: SealedFiles) -> None:
    id = uuid4()
    name = files.seal_name(id, "Mira.pdf")
    assert files.name(id, name) == "Mira.pdf"
    assert b"Mira" not in name
    with pytest.raises(Exception):  # noqa: B017
        files.name(uuid4(), name)
