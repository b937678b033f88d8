"""Waiting for a condition, never for time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

ASK_AGAIN_S = 0.02


async def until(look: Callable[[], Awaitable[T]], wanted: Callable[[T], bool] = bool, within_s: float = 15) -> T:
    """Looks again and again until what is seen is wanted; AssertionError tells what was seen last."""
    seen: list[T] = []
    try:
        async with asyncio.timeout(within_s):
            while True:
                seen[:] = [await look()]
                if wanted(seen[0]):
                    return seen[0]
                await _pause()
    except TimeoutError:
        raise AssertionError(f"not seen within {within_s} s; last seen: {seen}") from None


async def _pause() -> None:
    """Lets the others run, and does not ask again at once."""
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(ASK_AGAIN_S, over.set)
    await over.wait()
