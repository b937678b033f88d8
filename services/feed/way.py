"""How rows come: what a way makes of a record of the raw topic, and how it writes dates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.feed.source import Body, Table
from shared.log.record import Record

RAW_TOPIC = "source.council.raw"
"""What a way writes, as it comes; the feed alone reads it."""
RAW_GROUP = "mirror"


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row of the source as it is after a change, or as a snapshot read it. `body` None: it is deleted.

    `other_types`: columns that hold something which the way never writes for the type that is expected of them.

    `key` None: the whole table was emptied. `position` grows with what the source commits: that of the change itself,
    or, in a snapshot, where the snapshot was read. `offset` is the record's in the raw topic. `unchanged` names columns
    that are as they were and were not sent again. A row whose key changes is deleted (`moved`) and made again under its
    new key, with the one that it `was`.
    """

    table: str
    key: str | None
    body: Body | None
    position: int
    offset: int
    snapshot: bool = False
    last: bool = False
    unchanged: frozenset[str] = frozenset()
    other_types: frozenset[str] = frozenset()
    was: str | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class UnreadableChange:
    """A change of a row of which not even the key or the position can be read."""

    table: str
    offset: int


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way as a value: a folder under ways/ makes one.

    `read(record, tables)`: the change that a record tells; or one word for what it is instead (it labels a metric, so
    there are few); None for what means nothing. It never raises: who can write to the topic must not stop its reader.
    `decode(body, table)`: the cells with their dates and moments as Python has them. One that cannot be decoded stays
    as it is: the source's rules find that it is no date. `silent_s`: for so many seconds at most nothing is heard of a
    source that is well. `streams`: its changes come through the raw topic; then `origin(record)` is the name of the
    source that a record says it is of, by which several are told apart.
    """

    read: Callable[[Record, Mapping[str, Table]], RowChange | UnreadableChange | str | None]
    decode: Callable[[Body, Table], Body]
    silent_s: float = 10.0
    streams: bool = False
    origin: Callable[[Record], str | None] = lambda record: None
