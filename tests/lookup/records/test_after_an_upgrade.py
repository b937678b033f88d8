"""Rows that yesterday's code wrote lack what it did not keep: the same revision coming again completes them."""

from __future__ import annotations

import pytest

from shared.contracts.feed import Child, Team, Worker
from tests.lookup.world import TEAM, WORKER, Lookup, with_worker

YESTERDAYS = {
    Child: "UPDATE child SET revision = 2, restricted = false, unread = '{}'",
    Worker: "UPDATE worker SET revision = 2, absent_until = NULL",
    Team: "UPDATE team SET revision = 2, hours = ''",
}
"""How yesterday's code keeps revision 2 of each: without the columns that it does not know."""


@pytest.mark.parametrize("fresh_row", [False, True], ids=["changed", "made"])
@pytest.mark.parametrize("state", [with_worker(doubtful=("cases",), cases=()), WORKER, TEAM])
async def test_a_revision_that_yesterdays_code_kept_in_part_is_kept_whole_when_it_comes_again(
    lookup: Lookup, state: Child | Worker | Team, fresh_row: bool
) -> None:
    table, newer = type(state).__name__.lower(), state.model_copy(update={"revision": 2})
    of_it = f"{table} t WHERE {table}_id = '{getattr(state, f'{table}_id')}'"
    kept = f"SELECT to_jsonb(t) FROM {of_it}"
    await lookup.keep(newer)
    whole = await lookup.clone.value(kept)
    await lookup.keep(state)
    await lookup.clone.execute(YESTERDAYS[type(state)])
    await lookup.clone.execute(f"UPDATE {table} SET whole_revision = $1", None if fresh_row else 1)
    await lookup.keep(state)  # an older one still changes nothing
    assert await lookup.clone.value(kept) != whole
    await lookup.keep(newer)
    assert await lookup.clone.value(kept) == whole
