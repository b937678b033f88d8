"""How a way writes its records is known in its own folder only, and which tables a source has in its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.feed import chosen
from services.feed.sources.council.tables import TABLES

FEED = Path(chosen.__file__).parent
ENCODINGS = re.compile(
    r"debezium|pgoutput|envelope|unavailable|oldkey|newkey|ts_ms|\blsn\b|infinity|2147472692|2440588",
    re.IGNORECASE,
)
"""Words of Debezium's records: its fields and headers, its placeholder, its days and their infinities."""


def outside(folder: str) -> list[Path]:
    return [path for path in sorted(FEED.rglob("*.py")) if not path.is_relative_to(FEED / folder)]


def test_no_word_of_debeziums_encodings_is_used_outside_its_folder() -> None:
    found = {path.name: ENCODINGS.findall(path.read_text("utf-8")) for path in outside("ways/capture")}
    assert {path: words for path, words in found.items() if words} == {}


@pytest.mark.parametrize("word", ["debezium", "lsn", "infinity"])
def test_the_words_are_those_that_it_uses(word: str) -> None:
    text = "".join(path.read_text("utf-8") for path in sorted((FEED / "ways/capture").glob("*.py")))
    assert word in {found.lower() for found in ENCODINGS.findall(text)}


def test_no_table_or_column_of_the_council_is_named_outside_its_folder() -> None:
    """But for words that are everybody's: those of the contracts and of the mirror itself."""
    own = {*TABLES, *(column for table in TABLES.values() for column in table.columns)} - EVERYBODYS
    literal = re.compile(rf"\"({'|'.join(map(re.escape, sorted(own)))})\"")
    found = {path.name: literal.findall(path.read_text("utf-8")) for path in outside("sources")}
    assert {path: words for path, words in found.items() if words} == {}


EVERYBODYS = {"worker", "worker_id", "team", "id", "name", "upn", "former_upns", "born", "restricted"}
