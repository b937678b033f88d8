"""Kept: a table that holds the newest revision of each of a state's keys, where nothing is decided.

It writes the upsert with its guard, the delete and the mark of doubt, so that no service types them again.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from shared.contracts import State
from shared.database.columns import columns
from shared.database.tx import Tx
from shared.events.states import Forget

S = TypeVar("S", bound=State)

Values = tuple[Any, ...]
Keys = Collection[UUID] | Collection[str]
"""Of rows: ids, or Kafka's keys as they came. One that is no UUID is refused by PostgreSQL as bad data (SQLSTATE class
22), and its record set aside."""
Copied = tuple[Sequence[str], list[Values]]
"""Columns of a table, and rows of their values, as COPY takes them."""


@dataclass(frozen=True)
class Kept(Generic[S]):
    """A Projector with a table of its own.

    `key` and `columns`: the table's columns with their PostgreSQL types, but for `revision`, which every such table
    has. `words` is the type of a text[] column whose elements have no spaces: its value is one text of them. `row`
    gives a state's values in that order, the key first; None: nothing is kept of this revision.

    `doubts`: there is a column `doubtful`, set by a record of the key that was set aside, and cleared by the newest
    revision or by the same one again. `whole`: a column with the revision that the code knows to have kept entirely;
    where yesterday's code kept less, the same revision again fills in the rest.
    """

    table: str
    key: tuple[str, str]
    columns: Mapping[str, str]
    row: Callable[[S], Values | None]
    doubts: bool = False
    whole: str | None = None

    async def put(self, tx: Tx, states: Sequence[S]) -> set[Any]:
        """Keep those that are newer than what is kept; return their keys. In order, so that two cannot deadlock."""
        rows = sorted(
            ((*values, state.revision) for state in states if (values := self.row(state)) is not None),
            key=lambda row: row[0],
        )
        if not rows:
            return set()
        kept = await tx.rows(self._upsert, *columns(rows))
        return {row[0] for row in kept}

    def copied(self, states: Sequence[S]) -> Copied:
        """What `put` keeps of states of which nothing is kept yet."""
        words = {n for n, kind in enumerate(self.columns.values(), 1) if kind == "words"}
        extra = (self.whole,) if self.whole else ()
        rows = [
            (*(v.split() if n in words else v for n, v in enumerate(values)), *(state.revision for _ in (0, *extra)))
            for state in states
            if (values := self.row(state)) is not None
        ]
        return (self.key[0], *self.columns, "revision", *extra), rows

    async def forget(self, tx: Tx, keys: Keys) -> None:
        name, kind = self.key
        await tx.execute(f"DELETE FROM {self.table} WHERE {name} = ANY($1::{kind}[])", list(keys))  # noqa: S608

    @property
    def doubt(self) -> Forget | None:
        return self._mark if self.doubts else None

    @property
    def every(self) -> None:
        """Of a batch only the newest revisions are kept."""

    async def _mark(self, tx: Tx, keys: Sequence[str]) -> None:
        sql = f"UPDATE {self.table} SET doubtful = true WHERE {self.key[0]}::text = ANY($1)"  # noqa: S608
        await tx.execute(sql, list(keys))

    @cached_property
    def _upsert(self) -> str:
        types = {self.key[0]: self.key[1], **self.columns, "revision": "bigint"}
        given = ", ".join(f"${n}::{_sent(kind)}[]" for n, kind in enumerate(types.values(), 1))
        read = {name: f"string_to_array({name}, ' ')" if kind == "words" else name for name, kind in types.items()}
        written = {**read, **({self.whole: "revision"} if self.whole else {})}
        changed = [f"{name} = excluded.{name}" for name in written if name != self.key[0]]
        return f"""
            INSERT INTO {self.table} ({", ".join(written)})
            SELECT {", ".join(written.values())} FROM unnest({given}) AS new ({", ".join(types)})
            ON CONFLICT ({self.key[0]}) DO UPDATE
               SET {", ".join([*changed, *(["doubtful = false"] if self.doubts else [])])}
             WHERE {self.table}.revision < excluded.revision{self._same_again}
            RETURNING {self.key[0]}
        """  # noqa: S608 - names of our own tables

    @property
    def _same_again(self) -> str:
        t = self.table
        why = [f"{t}.doubtful"] if self.doubts else []
        why += [f"{t}.{self.whole} IS DISTINCT FROM {t}.revision"] if self.whole else []
        return f" OR ({t}.revision = excluded.revision AND ({' OR '.join(why)}))" if why else ""


def _sent(kind: str) -> str:
    return "text" if kind == "words" else kind
