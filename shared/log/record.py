"""The log between services: what a record is, and what may be done with one."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

BATCH_MAX = 500
STOP_S = 5.0  # how long a stop waits for the batch in hand; what is not done by then is delivered again

Place = tuple[str, int]
"""A partition: topic and number."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. A value of None is a tombstone: forget this key."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int = -1
    offset: int = -1


Deliver = Callable[[Sequence[Record]], Awaitable[None]]
OnFailure = Callable[[str, Exception], None]
"""What to do when a group's handler has failed; the group gets nothing more in this process."""


class Deferred(Exception):
    """The handler holds these records and is not done with them: they are committed with the next batch that is."""


class Bus(Protocol):
    """A log with partitions and consumer groups, as much of it as we use."""

    async def append(self, records: Sequence[Record]) -> None:
        """Return only when every record is durable; keep the order of records that share a key."""

    def subscribe(self, group: str, topics: Sequence[str], deliver: Deliver, *, gathered: bool = False) -> None:
        """Hand batches to deliver, in order within a partition, and commit what was handed over when it returns.

        A new group begins at the start of its topics. A failure is never committed past: it goes to `on_failure`, and
        the group gets nothing more in this process. `gathered`: few records may wait a moment for more, for a batch
        costs nearly the same whatever it holds.
        """

    async def start(self) -> None:
        """Begin to deliver. It returns at once; a log that is away is waited for."""

    async def stop(self) -> None:
        """Finish and commit the batch in hand, leave the groups, close everything."""

    async def ends(self, topics: Sequence[str]) -> dict[Place, int]:
        """The offset after the last record of each partition."""

    async def committed(self, group: str, topics: Sequence[str]) -> dict[Place, int]:
        """The offset up to which the group is done, of each partition where it has begun."""

    async def commit(self, group: str, offsets: Mapping[Place, int]) -> None:
        """Set the offsets of a group that has no members."""

    async def read(self, topic: str, since: Mapping[Place, int] | None = None) -> list[Record]:
        """What the topic holds now, from these offsets on, outside of any group; of a very long one its first part."""

    def unready(self) -> list[str]:
        """Why records may not flow now, in words; empty: they flow."""


def offsets_after(records: Iterable[Record]) -> dict[Place, int]:
    """What to commit once these are done; they are in order within each partition."""
    return {(record.topic, record.partition): record.offset + 1 for record in records}
