"""What referrals keeps of a child: its rolls, and what a reader of a referral knows it by."""

from __future__ import annotations

from collections.abc import Sequence

from services.referrals import store
from shared.contracts.feed import Child
from shared.db import Tx


async def put_children(tx: Tx, children: Sequence[Child]) -> None:
    """Replace the rolls of each child that has a newer revision here; one that ended keeps only its revision."""
    newer = await store.put_children(tx, children)
    await store.forget_rolls(tx, newer)
    await store.add_rolls(tx, [child for child in children if child.child_id in newer and not child.ended])


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_children(tx, keys)
    await store.forget_rolls(tx, keys)
