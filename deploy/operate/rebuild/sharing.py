"""The first reading by several processes at once, some of the partitions each: one core alone reads slowly."""

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import structlog

from deploy.operate.rebuild.filling import ByTable, Filling, LoadedPart
from deploy.trouble import Trouble
from shared.database.pool import connect
from shared.log.record import Bus, Place
from shared.manifest import Projection

ENOUGH = 20_000
"""Fewer records are read by one process before another has started."""
AFRESH = get_context("spawn")


@dataclass(frozen=True)
class Share:
    """What one process does: it can be sent there. `dsn`: with one schema as its search path."""

    service: str
    dsn: str
    bus: Callable[[], Bus]
    projections: Sequence[Projection]
    copied: Mapping[str, ByTable]
    others: Mapping[Place, int]
    """The partitions of which it reads nothing, with their ends."""


def dealt(ends: Mapping[Place, int], hands: int, enough: int = ENOUGH) -> list[dict[Place, int]]:
    """The partitions in as many parts, of about as many records each; fewer parts where there is little to read."""
    parts: list[dict[Place, int]] = [{} for _ in range(max(1, min(hands, len(ends), sum(ends.values()) // enough)))]
    for place in sorted(ends, key=lambda place: -ends[place]):
        min(parts, key=lambda part: sum(part.values()))[place] = ends[place]
    return parts


def cores() -> int:
    return len(os.sched_getaffinity(0))


async def read_all(shares: Sequence[Share], taken: Callable[[int], None]) -> list[LoadedPart]:
    """Each share by a process of its own; `taken` is told how many records all have read. Raises Trouble: one of them
    ended before it was done. None of them outlives this, and of one that is killed they end with their next batch."""
    so_far = [0] * len(shares)
    started = [_started(share) for share in shares]

    async def follow(number: int, said: Connection) -> LoadedPart:
        while not isinstance(word := await asyncio.to_thread(_heard, said), LoadedPart):
            so_far[number] = word
            taken(sum(so_far))
        return word

    try:
        async with asyncio.TaskGroup() as tasks:
            done = [tasks.create_task(follow(number, said)) for number, (_, said) in enumerate(started)]
    except* Trouble as several:
        raise several.exceptions[0] from None
    finally:
        for process, _ in started:
            process.terminate()
            process.join()
    return [one.result() for one in done]


def _started(share: Share) -> tuple[Any, Connection]:
    heard, said = AFRESH.Pipe(duplex=False)
    process = AFRESH.Process(target=_run, args=(share, said), daemon=True)
    process.start()
    said.close()
    return process, heard


def _heard(said: Connection) -> Any:
    try:
        return said.recv()
    except EOFError:
        raise Trouble("One of the processes that read Kafka has ended: nothing was changed. Run it again.") from None


def _run(share: Share, says: Connection) -> None:
    """Without the collector of cycles: it would look through all records that were read, again and again, and find
    none; it took a third of all computing."""
    gc.disable()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    with suppress(BrokenPipeError):  # nobody wants it any more
        says.send(asyncio.run(_read(share, says.send)))


async def _read(share: Share, taken: Callable[[int], None]) -> LoadedPart:
    bus, database = share.bus(), await connect(share.dsn, share.service, pool_max=1)
    try:
        filling = Filling(database, bus, share.projections, lambda: taken(filling.records))
        await filling.load(share.copied, share.others)
    finally:
        await bus.stop()
        await database.close()
    return filling.loaded
