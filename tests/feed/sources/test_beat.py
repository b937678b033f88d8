"""The heartbeat that the connector writes is the row that the source names, whatever it is called."""

from __future__ import annotations

import pytest

from deploy.connect import beat
from services.feed.source import Source
from services.feed.sources.council import source as council
from tests.feed.sources.tiny import source as tiny


@pytest.mark.parametrize(
    ("source", "query"),
    [
        (council, "UPDATE heartbeat SET at = clock_timestamp() WHERE id = 1"),
        (tiny, "UPDATE pulse SET beaten = clock_timestamp() WHERE which = 'main'"),
    ],
    ids=["council", "tiny"],
)
def test_it_beats_where_the_source_says(source: Source, query: str) -> None:
    assert beat(source) == query
