"""What lookup keeps of the feed's states: the newest revision of each; put and forget, a batch in a few statements.

A worker or a team that has ended stays as a row that no answer reads, so that an older revision cannot bring it back.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.lookup import store
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.db import Tx


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace all that is kept of each child that has a newer revision here."""
    newer = await store.put_children(tx, children)
    await store.put_parts(tx, newer, [child for child in children if child.child_id in newer and not child.ended])


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_children(tx, keys)
    await store.put_parts(tx, keys, [])


async def doubt_children(tx: Tx, keys: Sequence[str]) -> None:
    """Something newer was said of these children and could not be kept: no plain answer until it is."""
    await store.doubt_children(tx, keys)


async def doubt_workers(tx: Tx, keys: Sequence[str]) -> None:
    """Of these workers too: nobody is called at what may be their old number. Who has such a worker is doubted."""
    await store.doubt_workers(tx, keys)


async def doubt_teams(tx: Tx, keys: Sequence[str]) -> None:
    """Nor is a duty line: the council's own number serves."""
    await store.doubt_teams(tx, keys)


async def put_workers(tx: Tx, workers: Sequence[Worker]) -> None:
    await store.put_workers(tx, workers)


async def forget_workers(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_workers(tx, keys)


async def put_teams(tx: Tx, teams: Sequence[Team]) -> None:
    await store.put_teams(tx, teams)


async def forget_teams(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_teams(tx, keys)


async def put_freshness(tx: Tx, states: Sequence[Freshness]) -> None:
    """The runner hands this over only when lookup is past all that was said before it (see `after` in app.py)."""
    await store.put_freshness(tx, [state for state in states if not state.ended])


async def forget_freshness(tx: Tx, keys: Sequence[str]) -> None:
    """Without it nothing is current."""
    await store.forget_freshness(tx, keys)
