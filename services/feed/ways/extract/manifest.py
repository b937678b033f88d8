"""An extract's manifest, manifest.json: which files there are, how many rows each has, and up to when all is complete.

    {"taken_at": "2026-11-30T02:10:00Z", "complete_to": "2026-11-30T02:00:00Z",
     "files": [{"file": "ssd_person.csv", "rows": 1204, "sha256": "5e88…"}, …]}

It is written when all the files are: a folder without it is not ready, and is left alone.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.feed.source import Source
from services.feed.ways.extract.refused import ExtractRefused

NAME = "manifest.json"
CSV, PARQUET = ".csv", ".parquet"
FORMS = (CSV, PARQUET)
MANIFEST_MAX_BYTES = 1_000_000
FILE_MAX_BYTES = 8 * 2**30
ROWS_MAX = 50_000_000
AHEAD_MAX = timedelta(minutes=10)
"""So far the council's clock may be ahead of ours."""
DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A file as the manifest says that it is. `rows`: without the line that names the columns."""

    path: Path
    rows: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an extract says of itself. `files` by name without .csv or .parquet. `unread`: files that are not used."""

    folder: Path
    taken_at: datetime
    complete_to: datetime
    files: Mapping[str, ListedFile]
    unread: tuple[str, ...] = ()


def needed(source: Source, given: Collection[str] = ()) -> list[str]:
    """The files, without .csv or .parquet, that an extract of this source has: its tables and the lists beside them.

    `given`: the ones that this has. Where all rolls are uploaded by schools, it has neither of the roll's two tables.
    """
    tables = [name for name, table in source.tables.items() if table.kind != "freshness"]
    rolls = {source.uploads.child, source.uploads.enrolment} if source.uploads else set()
    without = rolls if given and rolls.isdisjoint(given) else set()
    listed = tables + [directory.name for table in source.tables.values() for directory in table.joins]
    return [name for name in listed if name not in without]


def fingerprint(folder: Path) -> str | None:
    """Another one, if the manifest or any file of the folder has changed; None: there is no manifest."""
    try:
        manifest = (folder / NAME).read_bytes() if (folder / NAME).stat().st_size <= MANIFEST_MAX_BYTES else b"large"
        laid = [path for path in folder.iterdir() if path.suffix in FORMS]
        files = sorted((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in laid)
    except OSError:
        return None
    return sha256(manifest + repr(files).encode()).hexdigest()


def read(folder: Path, source: Source, now: datetime) -> Manifest:
    """The folder's manifest. Raises ExtractRefused with all that is wrong in it."""
    raw = _raw(folder)
    wrong: list[str] = []
    taken_at, complete_to = (_moment(raw, name, now, wrong) for name in ("taken_at", "complete_to"))
    if taken_at and complete_to and complete_to > taken_at:
        wrong.append("The manifest's complete_to is later than its taken_at: nothing is complete before it is taken.")
    listed = dict(_listed(folder, raw.get("files"), wrong))
    wanted = needed(source, listed)
    wrong.extend(
        f"{name}.csv is not in the manifest: an extract has all its files, an empty one too."
        for name in wanted
        if name not in listed
    )
    if wrong or not taken_at or not complete_to:
        raise ExtractRefused(*wrong)
    unread = tuple(sorted(listed.keys() - set(wanted)))
    files = {name: listed[name] for name in wanted}
    return Manifest(folder, taken_at, complete_to, files, unread)


def _raw(folder: Path) -> dict[str, Any]:
    path = folder / NAME
    if not folder.is_dir():
        raise ExtractRefused(f"There is no folder {folder}.")
    if not path.is_file():
        raise ExtractRefused("There is no manifest.json: it is written last, when all the other files are there.")
    if path.stat().st_size > MANIFEST_MAX_BYTES:
        raise ExtractRefused("manifest.json is larger than 1 MB: it only lists the files.")
    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ExtractRefused("manifest.json is not JSON in UTF-8.") from None
    if not isinstance(raw, dict):
        raise ExtractRefused("manifest.json is not an object with taken_at, complete_to and files.")
    return raw


def _moment(raw: Mapping[str, Any], name: str, now: datetime, wrong: list[str]) -> datetime | None:
    try:
        found = datetime.fromisoformat(raw[name])
    except (KeyError, TypeError, ValueError):
        wrong.append(f"The manifest has no {name} as a time like 2026-11-30T02:00:00Z.")
        return None
    if found.tzinfo is None:
        wrong.append(f"The manifest's {name} has no time zone: write 2026-11-30T02:00:00Z, with a Z for UTC.")
        return None
    if found > now + AHEAD_MAX:
        wrong.append(f"The manifest's {name} is in the future: see the clock of the machine that made the extract.")
        return None
    return found


def _listed(folder: Path, files: object, wrong: list[str]) -> Iterable[tuple[str, ListedFile]]:
    if not isinstance(files, list):
        wrong.append("The manifest has no list of files.")
        return
    seen: set[str] = set()
    for number, one in enumerate(files, 1):
        name = one.get("file") if isinstance(one, dict) else None
        if not isinstance(name, str) or Path(name).name != name or Path(name).suffix not in FORMS:
            wrong.append(f'Entry {number} of the manifest has no "file" that is a name like ssd_person.csv.')
            continue
        if (stem := Path(name).stem) in seen:
            wrong.append(f"The manifest lists {name} twice.")
        else:
            yield stem, _file(folder / name, one, wrong) or ListedFile(folder / name, 0, "")
        seen.add(stem)


def _file(path: Path, one: Mapping[str, Any], wrong: list[str]) -> ListedFile | None:
    rows, digest = one.get("rows"), one.get("sha256")
    before = len(wrong)
    if not isinstance(rows, int) or isinstance(rows, bool) or not 0 <= rows <= ROWS_MAX:
        wrong.append(f"The manifest does not say how many rows {path.name} has, as a number.")
    if not isinstance(digest, str) or not DIGEST.fullmatch(digest.lower()):
        wrong.append(f"The manifest has no SHA-256 of {path.name}, as 64 hexadecimal digits.")
    if path.is_symlink() or not path.is_file():
        wrong.append(f"The manifest lists {path.name}, and there is no such file in the folder.")
    elif path.stat().st_size > FILE_MAX_BYTES:
        wrong.append(f"{path.name} is larger than 8 GB.")
    if len(wrong) > before:
        return None
    return ListedFile(path, int(str(rows)), str(digest).lower())
