"""What referrals keeps of states: whose roll a child is on, and the names and workers that the council's own read.

The newest revision wins; what has ended stays as a row that no answer reads, so that an older one cannot bring it back.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.referrals import store_followed as store
from services.referrals.domain import today
from shared.contracts.feed import Child, Freshness, Team, Worker
from shared.contracts.identity import Account, School
from shared.db import Tx


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace what is kept of each child that has a newer revision here; of a roll that it left, that it did."""
    newer = await store.put_children(tx, children)
    alive = [child for child in children if child.child_id in newer and not child.ended]
    await store.put_rolls(tx, newer, alive, today(tx.now))
    await store.put_allocations(tx, newer, alive)


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_children(tx, keys)
    await store.forget_rolls(tx, keys)
    await store.put_allocations(tx, keys, [])


async def doubt_children(tx: Tx, keys: Sequence[str]) -> None:
    """Something newer was said of these children and could not be kept: their rolls are not called current."""
    await store.doubt_children(tx, keys)


async def doubt_workers(tx: Tx, keys: Sequence[str]) -> None:
    """Nobody is sent to what may be their old number: the duty line serves."""
    await store.doubt_workers(tx, keys)


async def doubt_teams(tx: Tx, keys: Sequence[str]) -> None:
    """Nor is a duty line given that may be an old one."""
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
    """The runner hands this over only when referrals is past all that was said before it (see `after` in app.py)."""
    await store.put_freshness(tx, [state for state in states if not state.ended])


async def forget_freshness(tx: Tx, keys: Sequence[str]) -> None:
    """Without it no roll is current."""
    await store.forget_freshness(tx, keys)


async def put_schools(tx: Tx, schools: Sequence[School]) -> None:
    await store.put_schools(tx, schools)


async def forget_schools(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_schools(tx, keys)


async def put_people(tx: Tx, accounts: Sequence[Account]) -> None:
    await store.put_people(tx, accounts)


async def forget_people(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_people(tx, keys)
