"""How far the council's records have come: read of the source, emitted as states, kept by lookup.

The numbers are PostgreSQL's own counts of its tables' rows, which cost nothing to ask for and are a second old.
"""

from typing import NamedTuple

from deploy.operate import databases

OF_FEED = """
WITH rows AS (SELECT relname, n_live_tup FROM pg_stat_user_tables)
SELECT phase, (SELECT state FROM refresh WHERE state IN ('reading', 'held', 'applying')) AS refresh,
       coalesce((SELECT n_live_tup FROM rows WHERE relname = 'mirror'), 0) AS kept,
       coalesce((SELECT n_live_tup FROM rows WHERE relname = 'refresh_row'), 0) AS beside,
       coalesce((SELECT n_live_tup FROM rows WHERE relname = 'dirty'), 0) AS waiting,
       EXISTS (SELECT FROM dirty) AS behind
  FROM cursor
"""
OF_LOOKUP = "SELECT n_live_tup FROM pg_stat_user_tables WHERE relname = 'child'"


class Loading(NamedTuple):
    """`phase`: the feed's. `refresh`: how the extract stands that is read, held or applied; None: there is none.
    `kept`, `beside`: rows in the mirror, and of an extract beside it. `waiting`: children, workers and teams who are
    looked at yet; `behind`: whether there are any. `followed`: children in lookup; None: not asked."""

    phase: str
    refresh: str | None
    kept: int
    beside: int
    waiting: int
    behind: bool
    followed: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether everything that has come has been emitted."""
        return self.phase == "live" and not self.behind and self.refresh not in ("reading", "applying")

    @property
    def sentence(self) -> str:
        followed = "" if self.followed is None else f"; lookup has {self.followed:,} children"
        if self.refresh == "reading":
            return f"an extract is read: {self.beside:,} rows{followed}"
        if self.refresh == "applying":
            return f"an extract of {self.beside:,} rows comes in: {self.kept:,} rows are kept{followed}"
        if self.phase in ("waiting", "missed"):
            return f"the source is waited for{followed}"
        if self.phase == "reading":
            return f"the source is read: {self.kept:,} rows{followed}"
        todo = f", and {self.waiting:,} children, workers and teams are to be emitted yet" if self.behind else ""
        return f"{self.kept:,} rows are read{todo}{followed}"


async def loading(feed: str, lookup: str | None = None) -> Loading:
    """How it stands now. `feed`, `lookup`: DSNs of their databases, as their services."""
    async with databases.connected(feed, command_s=10) as connection:
        found = Loading(*(await connection.fetchrow(OF_FEED) or ()))
    if lookup is None:
        return found
    async with databases.connected(lookup, command_s=10) as connection:
        return found._replace(followed=await connection.fetchval(OF_LOOKUP) or 0)
