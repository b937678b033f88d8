"""Reads one file of an extract, row by row and never as a whole: its encoding, its columns, its digest."""

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO

from services.feed.ways.extract import parquet
from services.feed.ways.extract.manifest import PARQUET, ListedFile
from services.feed.ways.extract.refused import ExtractRefused, at_lines, count

CHUNK = 1 << 20
LINE_MAX = 1 << 20
"""Characters of one line; and a cell has no more than csv's own bound of 131,072."""
SEPARATORS = (",", ";", "\t", "|")
WRONG_MAX = 10_000
"""After so many lines that are wrong the rest is not read."""
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class _Digested(io.RawIOBase):
    """A file whose bytes are digested as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, sha256()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        read = self._file.readinto(buffer)  # type: ignore[attr-defined]
        self.digest.update(buffer[:read])
        return int(read)


def encoding_of(path: Path) -> str:
    """utf-8-sig (with a byte order mark or without), utf-16, or windows-1252. Raises ExtractRefused if it is none."""
    possible = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
    with path.open("rb") as file:
        if file.read(2) in UTF_16:
            return "utf-16"
        file.seek(0)
        while possible:
            chunk = file.read(CHUNK)
            for name, decoder in list(possible.items()):
                try:
                    decoder.decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    del possible[name]
            if not chunk:
                break
    if not possible:
        raise ExtractRefused(f"{path.name} is neither UTF-8 nor windows-1252: export it as UTF-8.")
    return next(iter(possible))


@dataclass(slots=True)
class _Seen:
    """What a file was found to be, when it has been read to its end. `wrong`: lines with more or fewer cells."""

    digest: str = ""
    rows: int = 0
    width: int = 0
    wrong: list[int] = field(default_factory=list)


def lines(listed: ListedFile, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(line, the cells of these columns in their order) of each row. At the end, and not before, it is known that the
    file is the one that the manifest tells of. Raises ExtractRefused."""
    seen = _Seen()
    yield from _rows(listed.path, columns, seen)
    if sentences := [*_not_as_listed(listed, seen), *_ragged(listed.path.name, seen)]:
        raise ExtractRefused(*sentences)


def measured(path: Path, columns: Sequence[str]) -> ListedFile:
    """How a manifest tells of this file, which must have these columns. Raises ExtractRefused."""
    seen = _Seen()
    for _ in _rows(path, columns, seen):
        pass
    if sentences := list(_ragged(path.name, seen)):
        raise ExtractRefused(*sentences)
    return ListedFile(path, seen.rows, seen.digest)


def _rows(path: Path, columns: Sequence[str], seen: _Seen) -> Iterator[tuple[int, list[str]]]:
    return (_parquet_rows if path.suffix == PARQUET else _csv_rows)(path, columns, seen)


def _parquet_rows(path: Path, columns: Sequence[str], seen: _Seen) -> Iterator[tuple[int, list[str]]]:
    """Lines are counted as if the first had the columns' names."""
    with path.open("rb") as file:
        for cells in parquet.rows(file, columns, path.name):
            seen.rows += 1
            yield seen.rows + 1, [_storable(cell) for cell in cells]
        file.seek(0)
        seen.digest = file_digest(file, "sha256").hexdigest()


def _csv_rows(path: Path, columns: Sequence[str], seen: _Seen) -> Iterator[tuple[int, list[str]]]:
    name = path.name
    with path.open("rb") as file:
        digested = _Digested(file)
        text = io.TextIOWrapper(io.BufferedReader(digested, CHUNK), encoding_of(path), newline="")
        first = _line(text, name)
        separator, places, seen.width = _columns(first, columns, name)
        reader = csv.reader(_lines(text, name), delimiter=separator, strict=True)
        try:
            for cells in reader:
                if not cells:
                    continue  # a line without anything in it, as at the end of a file
                seen.rows += 1
                if len(cells) == seen.width:
                    yield reader.line_num + 1, [_storable(cells[place]) for place in places]
                elif len(seen.wrong) < WRONG_MAX:
                    seen.wrong.append(reader.line_num + 1)
        except csv.Error:
            raise ExtractRefused(
                f"{name} cannot be read from line {reader.line_num + 1} on: a quotation mark is not closed, or a cell"
                " is too long."
            ) from None
        except UnicodeError:
            raise ExtractRefused(f"{name} has bytes that are no characters near line {reader.line_num + 1}.") from None
        seen.digest = digested.digest.hexdigest()


def _not_as_listed(listed: ListedFile, seen: _Seen) -> Iterator[str]:
    name = listed.path.name
    if seen.digest != listed.sha256:
        yield (
            f"{name} is not the file that the manifest lists (its SHA-256 is another): it was changed, or not copied"
            " whole. Write manifest.json last."
        )
    if seen.rows != listed.rows:
        yield f"{name} has {count(seen.rows, 'row')}, and its manifest says {listed.rows:,}."


def _ragged(name: str, seen: _Seen) -> Iterator[str]:
    if seen.wrong:
        yield (
            f"{name} has {count(len(seen.wrong), 'row')} with more or fewer than {seen.width} cells"
            f" ({at_lines(seen.wrong)}): a cell with a comma or a line break in it needs quotation marks."
        )


def _line(text: io.TextIOWrapper, name: str) -> str:
    """The next line; empty at the end."""
    try:
        line = text.readline(LINE_MAX)
    except UnicodeError:
        raise ExtractRefused(f"{name} has bytes that are no characters.") from None
    if len(line) >= LINE_MAX:
        raise ExtractRefused(f"{name} has a line of more than a million characters: is it a CSV file?")
    return line


def _lines(text: io.TextIOWrapper, name: str) -> Iterator[str]:
    while line := _line(text, name):
        yield line


def _columns(first: str, columns: Sequence[str], name: str) -> tuple[str, list[int], int]:
    """The separator, where the wanted columns are, and how many there are; of the separator that fits best."""
    if not first.strip():
        raise ExtractRefused(f"{name} is empty: its first line names the columns, also where no rows follow.")
    best: tuple[list[str], str, list[str]] | None = None
    for separator in SEPARATORS:
        found = [cell.strip().lower() for cell in next(csv.reader([first], delimiter=separator))]
        missing = [column for column in columns if column.lower() not in found]
        if best is None or len(missing) < len(best[0]):
            best = missing, separator, found
    assert best is not None
    missing, separator, found = best
    if missing:
        raise ExtractRefused(f"{name} has no column {', '.join(missing)}: its first line names the columns.")
    if twice := sorted({column for column in columns if found.count(column.lower()) > 1}):
        raise ExtractRefused(f"{name} has the column {', '.join(twice)} twice.")
    return separator, [found.index(column.lower()) for column in columns], len(found)


def _storable(text: str) -> str:
    """Without NUL, which PostgreSQL does not keep."""
    return text.replace("\x00", "\ufffd") if "\x00" in text else text
