"""What the audit service keeps of states: names, to show beside ids and to find ids by. The newest revision wins."""

from __future__ import annotations

from collections.abc import Sequence

from services.audit import store
from shared.contracts import State
from shared.contracts.feed import Child
from shared.contracts.identity import Account, School
from shared.db import Tx


async def put_people(tx: Tx, states: Sequence[State]) -> None:
    await store.put_people(tx, [state for state in states if isinstance(state, Account)])


async def forget_people(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_people(tx, keys)


async def put_schools(tx: Tx, states: Sequence[State]) -> None:
    await store.put_schools(tx, [state for state in states if isinstance(state, School)])


async def forget_schools(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_schools(tx, keys)


async def put_children(tx: Tx, states: Sequence[State]) -> None:
    await store.put_children(tx, [state for state in states if isinstance(state, Child)])


async def forget_children(tx: Tx, keys: Sequence[str]) -> None:
    await store.forget_children(tx, keys)
