"""A council's extracts: laid down where the feed takes them, what became of them, and a person's release."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from deploy.operate import databases
from deploy.trouble import Trouble
from services.feed.ways.extract.manifest import NAME, Manifest

SHOWN_MAX = 30

LISTED = """
SELECT id, folder, taken_at, complete_to, state, sentences, began_at, ended_at, released_by, reason
  FROM refresh ORDER BY id DESC LIMIT $1
"""
RELEASE = """
UPDATE refresh SET released_at = now(), released_by = $2, reason = $3
 WHERE id = $1 AND state = 'held' AND released_at IS NULL RETURNING id
"""


class Extract(NamedTuple):
    """One extract. `taken_at`, `complete_to`: as its manifest says. `sentences`: why it was refused or held."""

    id: int
    folder: str
    taken_at: datetime | None
    complete_to: datetime | None
    state: str
    sentences: list[str]
    began_at: datetime
    ended_at: datetime | None
    released_by: str | None
    reason: str | None


def lay_down(manifest: Manifest, extracts: Path) -> Path:
    """Copy an extract into a folder of its own among those that the feed takes: its files, and its manifest last.

    Until that is there the feed leaves the folder alone, and afterwards it reads every file against it: what was cut
    off on the way, or changed, is refused. Raises Trouble: it lies there already, or cannot be written.
    """
    to = extracts / f"{manifest.taken_at.astimezone(UTC):%Y-%m-%dT%H-%M-%S-%f}"
    if (to / NAME).exists():
        raise Trouble(f"The extract that was taken at that moment lies there already: {to}.")
    try:
        _copy(manifest, to)
    except OSError as error:
        raise Trouble(f"The extract could not be copied to {to} ({error.strerror}): nothing of it is taken.") from None
    return to


def _copy(manifest: Manifest, to: Path) -> None:
    to.mkdir(parents=True, exist_ok=True)
    for file in manifest.files.values():
        shutil.copyfile(file.path, to / file.path.name)
    _complete(manifest, to, to / "manifest.part")


def _complete(manifest: Manifest, to: Path, part: Path) -> None:
    """With the manifest it counts, so that comes whole or not at all."""
    shutil.copyfile(manifest.folder / NAME, part)
    part.replace(to / NAME)


async def listed(dsn: str) -> list[Extract]:
    """The last ones, the newest first."""
    async with databases.connected(dsn) as connection:
        return [Extract(*row.values()) for row in await connection.fetch(LISTED, SHOWN_MAX)]


async def release(dsn: str, id: int, by: str, reason: str) -> bool:
    """Let the one that is held be taken as it was read; whether it is held (still)."""
    async with databases.connected(dsn) as connection:
        return await connection.fetchval(RELEASE, id, by, reason) is not None
