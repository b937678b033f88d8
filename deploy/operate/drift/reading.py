"""Reads what is compared: the source's own tables, the ids that the feed gave, and what lookup keeps."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from json import loads
from typing import Any
from uuid import UUID

from deploy.operate.databases import Connection
from deploy.operate.drift.differing import KEPT, ROWS, Parts, columns_of, in_order, kept
from services.feed.chosen import Chosen
from services.feed.source import Body, Kind, SourceRow, Subject, Table
from services.feed.ways.capture import direct

AT_ONCE = 2_000
"""Children that are read together."""

Seen = Mapping[Subject, list[tuple[str, str, Body]]]
"""Of each of those asked for, its rows: (table, key, body as the way writes it)."""


@dataclass(frozen=True)
class Sides:
    """Connections to the source (as the role that captures it), the feed's database and lookup's."""

    chosen: Chosen
    source: Connection
    feed: Connection
    lookup: Connection

    async def children(self) -> AsyncIterator[list[Subject]]:
        """Every child of the source, some at a time; then those whom only the feed has."""
        [name] = self.chosen.source.own_tables("child")
        sql, last = direct.keys(name, self.chosen.source.tables[name]), None
        known = {row[0] for row in await self.feed.fetch("SELECT key FROM subject WHERE kind = 'child'")}
        while found := [row[0] for row in await self.source.fetch(sql, last, AT_ONCE)]:
            last = found[-1]
            known.difference_update(found)
            yield [Subject("child", key) for key in found]
        only = sorted(known)
        for begin in range(0, len(only), AT_ONCE):
            yield [Subject("child", key) for key in only[begin : begin + AT_ONCE]]

    async def staff(self) -> list[Subject]:
        """Every worker and team of the source or the feed."""
        known = await self.feed.fetch("SELECT kind, key FROM subject WHERE kind IN ('worker', 'team')")
        found = {Subject(*row) for row in known}
        for name, kind in self.chosen.source.staff.items():
            table = self.chosen.source.tables[name]
            found |= {Subject(kind, _key(table, body)) for body in await self._bodies(direct.statement(name, table))}
        return sorted(found)

    async def rows(self, subjects: Collection[Subject]) -> Seen:
        """What the source's tables hold of these subjects, at one moment."""
        found: dict[Subject, list[tuple[str, str, Body]]] = {subject: [] for subject in subjects}
        async with self.source.transaction(isolation="repeatable_read", readonly=True):
            for name, table in self.chosen.source.tables.items():
                kind: Kind = table.kind or "child"
                keys = [subject.key for subject in subjects if subject.kind == kind]
                if keys and kind != "freshness":
                    by = table.owner if kind == "child" else table.key
                    for body in await self._bodies(direct.statement(name, table, by), keys):
                        place = table.key_in(body, by) or ""
                        found[Subject(kind, place)].append((name, _key(table, body), body))
        return {subject: sorted(rows, key=repr) for subject, rows in found.items()}

    async def _bodies(self, sql: str, *args: object) -> list[Body]:
        return [loads(row["body"]) for row in await self.source.fetch(sql, *args)]

    def decoded(self, rows: Seen) -> list[SourceRow]:
        """The same rows as the source's rules are given them."""
        tables, decode = self.chosen.source.tables, self.chosen.way.decode
        return [
            SourceRow(name, key, tables[name].owner_in(body), decode(body, tables[name]))
            for several in rows.values()
            for name, key, body in several
        ]

    async def ids(self, subjects: Collection[Subject]) -> dict[Subject, UUID]:
        """Those that the feed has given to these."""
        found = await self.feed.fetch(
            "SELECT kind, key, id FROM subject JOIN unnest($1::text[], $2::text[]) AS asked (kind, key)"
            " USING (kind, key)",
            [subject.kind for subject in subjects], [subject.key for subject in subjects],
        )  # fmt: skip
        return {Subject(kind, key): id for kind, key, id in map(tuple, found)}

    async def kept(self, kind: Kind, ids: Sequence[UUID], today: date) -> dict[UUID, Parts]:
        """What lookup keeps of these, by id; nothing of whom it keeps nothing of."""
        name = KEPT[kind].key[0]
        sql = f"SELECT {name}, {', '.join(columns_of(kind))} FROM {KEPT[kind].table} WHERE {name} = ANY($1)"  # noqa: S608
        found: dict[UUID, dict[str, Any]] = {
            row[name]: dict(parts) for row in map(dict, await self.lookup.fetch(sql, ids)) if (parts := kept(kind, row))
        }
        for table, columns in ROWS.items() if kind == "child" else ():
            sql = f"SELECT child_id, {', '.join(columns)} FROM {table} WHERE child_id = ANY($1)"  # noqa: S608
            about: dict[UUID, list[tuple[Any, ...]]] = {}
            for id, *values in map(tuple, await self.lookup.fetch(sql, ids)):
                about.setdefault(id, []).append(tuple(values))
            for id in found.keys() | about.keys():
                found.setdefault(id, {})[table] = in_order(about.get(id, ()), table, today)
        return {**found}

    async def unknown(self) -> list[tuple[Kind, UUID]]:
        """Whom lookup keeps and the feed has never given that id to anybody."""
        strangers: list[tuple[Kind, UUID]] = []
        for kind, keeping in KEPT.items():
            sql = f"SELECT {keeping.key[0]} FROM {keeping.table} WHERE NOT ended"  # noqa: S608 - lookup's own names
            ids = {row[0] for row in await self.lookup.fetch(sql)}
            given = {row[0] for row in await self.feed.fetch("SELECT id FROM subject WHERE kind = $1", kind)}
            strangers += [(kind, id) for id in sorted(ids - given)]
        return strangers

    async def now(self) -> datetime:
        """By the source's clock."""
        moment: datetime = await self.source.fetchval("SELECT clock_timestamp()")
        return moment

    async def followed(self) -> datetime | None:
        """Up to when lookup holds everything; None: it does not say, or a column of the source is broken."""
        moment: datetime | None = await self.lookup.fetchval("SELECT min(as_of) FROM freshness WHERE NOT broken")
        return moment


def _key(table: Table, body: Body) -> str:
    return table.key_in(body, table.key) or ""
