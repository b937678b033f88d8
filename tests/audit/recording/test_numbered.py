"""An entry's number and the time of its recording are the database's: whatever the service's role says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from shared.database.tx import DatabaseFailed
from tests.audit.world import CAUSE, received, search, write
from tests.support.databases import Clone

FORGED = """
    INSERT INTO entry (index, entry_id, source, type, kind, known, at, recorded_at, correlation, children, headers,
                       body)
    VALUES ($1, $2, 'lookup', 'lookup.SearchMade.v1', 'SearchMade', true, now(), $3, $2, '{}', '[]', '{}')
"""


@pytest.fixture(autouse=True)
async def one_entry(audit: Clone) -> None:
    await write(audit, received(search()))


@pytest.mark.parametrize("number", [-1, 0, 1, 7, 2**62])
async def test_a_number_that_the_service_chooses_is_not_taken(audit: Clone, number: int) -> None:
    async with audit.db.transaction(CAUSE) as tx:
        await tx.execute(FORGED, number, uuid4(), datetime(2020, 1, 1, tzinfo=UTC))
    await write(audit, received(search()))
    assert [row["index"] for row in await audit.rows("SELECT index FROM entry ORDER BY index")] == [0, 1, 2]


@pytest.mark.parametrize("days", [-2000, 2000])
async def test_an_entry_cannot_be_dated_back_or_ahead(audit: Clone, days: int) -> None:
    async with audit.db.transaction(CAUSE) as tx:
        await tx.execute(FORGED, 1, uuid4(), datetime.now(UTC) + timedelta(days=days))
    assert await audit.value("SELECT bool_and(abs(extract(epoch FROM now() - recorded_at)) < 60) FROM entry") is True


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE entry SET recorded_at = now()",
        "DELETE FROM entry",
        "ALTER TABLE entry DISABLE TRIGGER ALL",
        "DROP FUNCTION entry_numbered() CASCADE",
        "SET session_replication_role = replica",
        "UPDATE child_name SET since = now()",
        "DELETE FROM child_upn",
    ],
)
async def test_the_service_has_no_right_to_take_this_away(audit: Clone, harm: str) -> None:
    with pytest.raises(DatabaseFailed):
        async with audit.db.transaction(CAUSE) as tx:
            await tx.execute(harm)
