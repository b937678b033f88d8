"""Writes the manifest of an extract, for a council whose job writes none: when all its files are there, and last."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from services.feed.source import Source
from services.feed.ways.extract.files import measured
from services.feed.ways.extract.manifest import FORMS, NAME, Manifest, needed, read
from services.feed.ways.extract.refused import ExtractRefused


def sign(folder: Path, source: Source, complete_to: datetime, now: datetime) -> Manifest:
    """The manifest of the files that lie in this folder, as they are, complete up to this moment and taken now.

    Raises ExtractRefused: a file is missing, or is none that can be read.
    """
    if not folder.is_dir():
        raise ExtractRefused(f"There is no folder {folder}.")
    present = {path.stem: path for path in sorted(folder.iterdir(), reverse=True) if path.suffix in FORMS}
    wanted = needed(source, present)
    if missing := [
        f"There is no {name}.csv: an empty list has its first line." for name in wanted if name not in present
    ]:
        raise ExtractRefused(*missing)
    listed = [*_files(present, source, wanted)]
    told = {"taken_at": now.isoformat(), "complete_to": complete_to.isoformat(), "files": listed}
    written = folder / "manifest.part"
    written.write_text(json.dumps(told, indent=1))
    written.replace(folder / NAME)
    return read(folder, source, now)


def _columns(source: Source) -> dict[str, tuple[str, ...]]:
    """Of each table and each list."""
    tables = source.tables.values()
    lists = {beside.name: (beside.key, *beside.columns) for table in tables for beside in table.joins}
    return {name: table.own_columns for name, table in source.tables.items()} | lists


def _files(present: Mapping[str, Path], source: Source, wanted: list[str]) -> Iterator[dict[str, object]]:
    columns = _columns(source)
    wrong: list[str] = []
    for name in wanted:
        try:
            file = measured(present[name], columns[name])
        except ExtractRefused as refused:
            wrong.extend(refused.sentences)
        else:
            yield {"file": file.path.name, "rows": file.rows, "sha256": file.sha256}
    if wrong:
        raise ExtractRefused(*wrong)
