"""Finds the extract that is to be taken next, among the folders that a council lays down."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from services.feed.mirror import store as mirror
from services.feed.refreshing import store
from services.feed.refreshing.store import Refresh
from services.feed.several.strand import Strand
from services.feed.source import Source
from services.feed.ways.extract.manifest import NAME, Manifest, fingerprint, read
from services.feed.ways.extract.refused import ExtractRefused
from shared.database.pool import Database

UNTAKEN = ("waiting", "missed")


@dataclass(frozen=True, slots=True)
class FoundExtract:
    """A folder with a manifest. `manifest` None: it cannot be read, as `sentences` say."""

    folder: Path
    fingerprint: str
    manifest: Manifest | None
    sentences: tuple[str, ...]
    laid_at: datetime
    """When it was taken, or, where that cannot be read, when its manifest was written."""


def laid(folder: Path, source: Source, now: datetime) -> list[FoundExtract]:
    """The extracts in this folder (and it may be one itself), the newest first."""
    if not folder.is_dir():
        return []
    folders = (folder, *sorted(path for path in folder.iterdir() if path.is_dir()))
    found = [_found(one, print, source, now) for one in folders if (print := fingerprint(one)) is not None]
    return sorted(found, key=lambda one: one.laid_at, reverse=True)


def _found(folder: Path, print: str, source: Source, now: datetime) -> FoundExtract:
    try:
        manifest = read(folder, source, now)
        return FoundExtract(folder, print, manifest, (), manifest.taken_at)
    except ExtractRefused as refused:
        written = datetime.fromtimestamp((folder / NAME).stat().st_mtime, UTC)
        return FoundExtract(folder, print, None, refused.sentences, written)


async def newest(database: Database, strand: Strand, of: str) -> FoundExtract | None:
    """The one to be taken next of this source, under whose name (`of`) they are kept; None: what is in use, or was
    refused or is held, is the newest.

    After a raised epoch the one in use is taken again.
    """
    assert strand.extracts is not None
    found = await asyncio.to_thread(laid, strand.extracts, strand.source, datetime.now(UTC))
    async with database.by_itself("look for extracts") as tx:
        known = await store.known(tx, of, [one.fingerprint for one in found])
        used = await store.in_use(tx, of)
        again = (await mirror.standing(tx, strand.name))[0] in UNTAKEN
    for one in found:
        state = known.get(one.fingerprint)
        if state == "held" or (state == "taken" and not again):
            return None
        if state != "refused":
            return _not_older(one, used)
    return None


def _not_older(found: FoundExtract, used: Refresh | None) -> FoundExtract | None:
    """What is older than what is in use is not taken: it would bring back what has changed since."""
    manifest = found.manifest
    if used is None or manifest is None or used.taken_at is None or used.complete_to is None:
        return found
    if manifest.taken_at < used.taken_at:
        return None
    if manifest.complete_to < used.complete_to:
        sentence = (
            "The manifest's complete_to is earlier than that of the extract in use: it would bring back the past."
        )
        return FoundExtract(found.folder, found.fingerprint, None, (sentence,), found.laid_at)
    return found
