"""How the connectors of other databases write a row and its place, turned into what is written for PostgreSQL.

Read in Debezium 3.5.0's own sources (SourceInfo, JdbcValueConverters of each connector), with the settings of
deploy/connect. Neither database was there to be captured: docs/decisions/0061 says what was seen and what was not.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.feed.source import BIGINT, Body, Table, Type
from services.feed.ways.capture.encodings import EPOCH_DAY, FIRST_DAY, LAST_DAY

Image = Mapping[str, Any]
"""A row as a record holds it, or a record's `source` block: values by name."""
Turned = Callable[[object], object]

LSN = re.compile(r"([0-9a-f]{8}):([0-9a-f]{8}):([0-9a-f]{4})")
DAY = re.compile(r"([+-]?\d{4,})-(\d\d)-(\d\d)(Z|T.*)")
WHOLE = re.compile(r"-?\d{1,19}")
BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class CapturedDatabase:
    """One database's way of writing. `placed_by`: fields of `source` with the position in its log, the first that is
    filled; `place` makes a number of 63 bits of it, which grows with what is committed, or raises ValueError or
    TypeError. `turn`: of what is written for a column of a type, what PostgreSQL's connector would write."""

    placed_by: tuple[str, ...]
    place: Callable[[Any], int]
    turn: Mapping[Type, Turned] = field(default_factory=dict)
    lower: bool = True
    """Names of tables and columns are the source's own in lower case, however the database has them."""

    def name(self, name: str) -> str:
        """A table's or a column's, as the source has it."""
        return name.lower() if self.lower else name

    def row(self, image: Image, table: Table) -> Body:
        """A row's cells by column; one that is not what is turned stays as it came."""
        named = {self.name(column): value for column, value in image.items()}
        return {column: self._turned(table.columns.get(column), value) for column, value in named.items()}

    def _turned(self, type: Type | None, value: object) -> object:
        turn = self.turn.get(type) if type else None
        return turn(value) if turn else value

    def is_placed(self, source: Image) -> bool:
        """Whether one of those fields is there at all: Debezium writes them for every table."""
        return any(name in source for name in self.placed_by)

    def position(self, source: Image) -> int:
        """Where in the log the change was committed, or the snapshot was read."""
        place = self.place(next((source[name] for name in self.placed_by if source.get(name) is not None), None))
        if not -BIGINT <= place < BIGINT:
            raise ValueError
        return place


def _number(value: object) -> int:
    """PostgreSQL's position (LSN)."""
    if type(value) is not int:
        raise TypeError
    return value


def _lsn(value: str) -> int:
    """SQL Server's, e.g. "00000027:00000758:0005": a file of the log, a block of 512 bytes in it, a record in that.

    Of its 80 bits 63 have to do: 33 million files, of 32 GiB each, with 4,096 records a block; ValueError beyond.
    """
    found = LSN.fullmatch(value.lower())
    if found is None:
        raise ValueError
    file, block, slot = (int(part, 16) for part in found.groups())
    if file >= 1 << 25 or block >= 1 << 26 or slot >= 1 << 12:
        raise ValueError
    return file << 38 | block << 12 | slot


def _scn(value: str) -> int:
    """Oracle's, a number in a text."""
    return int(value)


def _day(value: object) -> object:
    """`isostring`: 2014-03-05Z of a date, 2014-03-05T00:00:00Z of what has a time too, of which the day counts."""
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return value
    year, month, day = (int(part) for part in found.groups()[:3])
    if not date.min.year <= year <= date.max.year:
        return FIRST_DAY if year < date.min.year else LAST_DAY
    try:
        return (date(year, month, day) - EPOCH_DAY).days
    except ValueError:
        return value


def _whole(value: object) -> object:
    """A number without decimals that may be long (NUMBER, DECIMAL) comes as text."""
    return int(value) if isinstance(value, str) and WHOLE.fullmatch(value) else value


def _flag(value: object) -> object:
    """Oracle before 23 has no flags, but NUMBER(1)."""
    whole = _whole(value)
    return bool(whole) if type(whole) is int and whole in (0, 1) else value


def _texts(value: object) -> object:
    """Neither has lists: several texts stand in one, with commas, semicolons or blanks between them."""
    return [one for one in BETWEEN.split(value) if one] if isinstance(value, str) else value


OTHERS: Mapping[Type, Turned] = {"date": _day, "whole": _whole, "flag": _flag, "texts": _texts}
POSTGRESQL = CapturedDatabase(("lsn",), _number, lower=False)
DATABASES: Mapping[str, CapturedDatabase] = {
    "postgresql": POSTGRESQL,
    # By the commit, not by the change: what a transaction changed before a snapshot is committed after it, and counts.
    "sqlserver": CapturedDatabase(("commit_lsn",), _lsn, OTHERS),
    "oracle": CapturedDatabase(("commit_scn", "scn"), _scn, OTHERS),
}
"""By what a record's `source` says of its `connector`."""
