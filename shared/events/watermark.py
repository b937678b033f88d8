"""Watermarks: a state that tells that all before it has come takes effect only after all before it."""

import asyncio
from collections.abc import Mapping, Sequence

from shared.log.record import Bus

LOOK_AGAIN_MIN_S = 0.01
LOOK_AGAIN_MAX_S = 0.25


class Watermark:
    """Waits until other groups of this service are done with what their topics hold now.

    `awaited`: those groups with their topics; none: nothing is waited for.
    """

    def __init__(self, bus: Bus, awaited: Mapping[str, Sequence[str]]) -> None:
        self._bus, self._awaited = bus, awaited

    async def reached(self) -> None:
        ends = {group: await self._bus.ends(topics) for group, topics in self._awaited.items()}
        pause_s = LOOK_AGAIN_MIN_S
        for group, wanted in ends.items():
            while not await self._done(group, wanted):
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, LOOK_AGAIN_MAX_S)

    async def _done(self, group: str, wanted: Mapping[tuple[str, int], int]) -> bool:
        done = await self._bus.committed(group, self._awaited[group])
        return all(done.get(place, 0) >= end for place, end in wanted.items())
