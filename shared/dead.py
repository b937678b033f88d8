"""Dead letters: records that one group could not read or keep, set aside with their bytes untouched; list, replay.

A replay goes to the topic `<group>.replay`, which only that group reads: through the topic of origin every other group
would hear it twice. So it needs neither the service's code nor its database, works from another process, and runs
under the group's own rules. It takes effect once, however often it is asked for: the inbox knows what was done, and a
projection keeps the newest revision. What fails again is set aside again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from shared.bus import Bus, Record
from shared.contracts import Undecodable

TOPIC, PARTITION, OFFSET, ERROR = "dead_topic", "dead_partition", "dead_offset", "dead_error"
MARKS = frozenset({TOPIC, PARTITION, OFFSET, ERROR})
REPLAY_S = 120.0
LOOK_AGAIN_S = 0.05


def dead_topic(group: str) -> str:
    return f"{group}.dead"


def replay_topic(group: str) -> str:
    return f"{group}.replay"


def replayer(group: str) -> str:
    """The consumer group that remembers which letters were replayed."""
    return f"{group}.dead-replay"


def letter(record: Record, group: str, error: str) -> Record:
    """The record as a dead letter: where it was and the error's type; never its text, which may quote a child."""
    marks = {TOPIC: record.topic, PARTITION: str(record.partition), OFFSET: str(record.offset), ERROR: error}
    headers = (*record.headers, *((name, value.encode()) for name, value in marks.items()))
    key = record.key if record.value is not None else record.key or b""  # one of the two must be there
    return Record(dead_topic(group), key, record.value, headers)


def restored(record: Record) -> Record:
    """A replayed letter as the record that it was."""
    marks = {name: value.decode("ascii", "replace") for name, value in record.headers if name in MARKS}
    headers = tuple((name, value) for name, value in record.headers if name not in MARKS)
    try:
        return Record(marks[TOPIC], record.key, record.value, headers, int(marks[PARTITION]), int(marks[OFFSET]))
    except (KeyError, ValueError):
        raise Undecodable("NotALetter") from None


@dataclass(frozen=True)
class DeadLetter:
    """What operators are shown of one: nothing of its body."""

    topic: str
    partition: int
    offset: int
    error: str
    type: str
    time: str
    size: int
    replayed: bool


async def dead_list(bus: Bus, group: str) -> list[DeadLetter]:
    """The dead letters of a group that are still kept, oldest first."""
    records = await bus.read(dead_topic(group))
    done = await bus.committed(replayer(group), [dead_topic(group)])
    return [_shown(record, record.offset < done.get((record.topic, record.partition), 0)) for record in records]


def _shown(record: Record, replayed: bool) -> DeadLetter:
    said = {name: value.decode("ascii", "replace") for name, value in record.headers if value is not None}
    return DeadLetter(
        topic=said.get(TOPIC, "?"),
        partition=int(said.get(PARTITION, -1)),
        offset=int(said.get(OFFSET, -1)),
        error=said.get(ERROR, "?"),
        type=said.get("ce_type", "?"),
        time=said.get("ce_time", "?"),
        size=len(record.value or b""),
        replayed=replayed,
    )


async def dead_replay(bus: Bus, group: str) -> int:
    """Hand each letter that was not replayed yet to its group again; return how many. `bus` must be a fresh one.

    Raises TimeoutError after REPLAY_S; asked again, it goes on where it was.
    """
    topic, count = dead_topic(group), 0

    async def replay(records: Sequence[Record]) -> None:
        nonlocal count
        await bus.append([replace(record, topic=replay_topic(group), partition=-1, offset=-1) for record in records])
        count += len(records)  # a crash here replays them again: the group drops what it has done

    ends = await bus.ends([topic])
    bus.subscribe(replayer(group), [topic], replay)
    async with asyncio.timeout(REPLAY_S):
        await bus.start()
        while not await _past(bus, group, ends):  # noqa: ASYNC110 - commits are not announced
            await asyncio.sleep(LOOK_AGAIN_S)
    return count


async def _past(bus: Bus, group: str, ends: dict[tuple[str, int], int]) -> bool:
    done = await bus.committed(replayer(group), [dead_topic(group)])
    return all(done.get(place, 0) >= end for place, end in ends.items())
